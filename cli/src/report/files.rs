//! The files that a report is written to.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use clap::Args;

use super::Report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::concealed;
use crate::terminal::escape;

/// Where the report goes beside standard output.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Files {
    /// Write the report to FILE in the XML format of `JUnit`
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Write the report to FILE as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,

    /// Write the report to FILE as one HTML page that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Files {
    /// Finds out before the run that a file cannot be written.
    ///
    /// # Errors
    /// The name of the file and what the operating system says.
    pub(crate) fn open(&self) -> Result<(), Failure> {
        for file in [&self.junit, &self.markdown, &self.html].into_iter().flatten() {
            // What stands in it stays until there is something better.
            let opened = OpenOptions::new().append(true).create(true).open(file);
            opened.map_err(|error| failed(file, &error.to_string()))?;
        }
        Ok(())
    }

    /// Writes the files.
    ///
    /// # Errors
    /// The name of the file and what the operating system says.
    pub(crate) fn write(&self, report: &Report, exit: Exit) -> Result<(), Failure> {
        if let Some(file) = &self.junit {
            let text = report.junit(exit).map_err(|error| failed(file, &error))?;
            write(file, &text)?;
        }
        if let Some(file) = &self.markdown {
            write(file, &report.markdown(exit))?;
        }
        if let Some(file) = &self.html {
            write(file, &report.html(exit))?;
        }
        Ok(())
    }
}

/// What must not be shown is masked here, too.
fn write(file: &PathBuf, text: &str) -> Result<(), Failure> {
    fs::write(file, &*concealed(text)).map_err(|error| failed(file, &error.to_string()))
}

fn failed(file: &std::path::Path, error: &str) -> Failure {
    let what = format!("the report cannot be written to {}: {error}", file.display());
    Failure::usage(escape(&what).into_owned())
}
