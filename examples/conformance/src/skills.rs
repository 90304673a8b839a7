//! Skills: files that a server offers with their digests, read only when one is loaded.
//!
//! [SEP-2640](https://modelcontextprotocol.io/seps/2640-skills-extension)

use std::collections::BTreeMap;

use mcpico_core::json::Value;
use mcpico_core::mcp::{Method, Page};
use mcpico_http::std::Session;
use sha2::{Digest as _, Sha256};

use crate::Fault;
use crate::tools::{member, parse, result, text};

/// What the list says about a skill; nothing of it has been read.
pub(crate) struct Skill {
    uri: String,
    /// Names and texts of the front matter.
    front_matter: BTreeMap<String, String>,
    files: Vec<File>,
}

/// A file of a skill.
struct File {
    uri: String,
    /// `sha256:` and 64 hexadecimal digits.
    digest: String,
    size: Option<u64>,
}

/// All skills of the first page.
pub(crate) async fn list(session: &mut Session) -> Result<Vec<Skill>, Fault> {
    let method = Method::Other { name: "skills/list", params: None, mcp_name: None };
    let listed = result(session, method).await?;
    Page::from_result(parse(&listed)?, "skills")?.items.map(Skill::read).collect()
}

impl Skill {
    fn read(entry: Value<'_>) -> Result<Self, Fault> {
        let uri = text(entry, "uri")?.ok_or("a skill has no uri")?;
        let front = member(entry, "frontmatter")?.ok_or("a skill has no frontmatter")?;
        let mut front_matter = BTreeMap::new();
        for (name, value) in front.entries() {
            let value = value.as_str().ok_or("the front matter has something else than texts")?;
            if front_matter.insert(name.to_string(), value.to_string()).is_some() {
                return Err("a name in the front matter stands twice".into());
            }
        }
        let files = member(entry, "resources")?.ok_or("a skill has no resources")?;
        let files = files.items().map(File::read).collect::<Result<_, Fault>>()?;
        Ok(Self { uri, front_matter, files })
    }

    /// Loads the skill: its description first, and the other files only when that is what was listed.
    pub(crate) async fn load(&self, session: &mut Session) -> Result<(), Fault> {
        let is_main = |file: &&File| file.uri == self.uri;
        let main = self.files.iter().find(is_main).ok_or("a skill does not list itself")?;
        if front_matter(&main.fetch(session).await?)? != self.front_matter {
            return Err(format!("the front matter of {} is not the one listed", self.uri).into());
        }
        for file in self.files.iter().filter(|file| !is_main(file)) {
            file.fetch(session).await?;
        }
        Ok(())
    }
}

impl File {
    fn read(entry: Value<'_>) -> Result<Self, Fault> {
        let uri = text(entry, "uri")?.ok_or("a file has no uri")?;
        let digest = text(entry, "digest")?.ok_or("a file has no digest")?;
        let size = match member(entry, "size")? {
            Some(size) => {
                let size = size.as_number().and_then(|size| size.as_u64());
                Some(size.ok_or("the size of a file is no number of bytes")?)
            }
            None => None,
        };
        Ok(Self { uri, digest, size })
    }

    /// Reads the file and makes sure that it is the one listed.
    async fn fetch(&self, session: &mut Session) -> Result<String, Fault> {
        let method = Method::ReadResource { uri: &self.uri };
        let read = result(session, method).await?;
        let contents = member(parse(&read)?, "contents")?.ok_or("a resource has no contents")?;
        let mut contents = contents.items();
        let (Some(content), None) = (contents.next(), contents.next()) else {
            return Err(format!("{} has not one content", self.uri).into());
        };
        let content = text(content, "text")?.ok_or("a file is no text")?;
        self.check(&content)?;
        Ok(content)
    }

    fn check(&self, content: &str) -> Result<(), Fault> {
        if self.size.is_some_and(|size| size != content.len() as u64) {
            return Err(format!("{} is not of the size listed", self.uri).into());
        }
        let hex = Sha256::digest(content).into_iter().map(|byte| format!("{byte:02x}"));
        if self.digest != format!("sha256:{}", hex.collect::<String>()) {
            return Err(format!("{} has not the digest listed", self.uri).into());
        }
        Ok(())
    }
}

/// The front matter of a file: lines of `name: text` between two lines of `---`. Whatever else YAML has is
/// refused, as it could not be compared.
fn front_matter(content: &str) -> Result<BTreeMap<String, String>, Fault> {
    let body = content.strip_prefix("---\n").ok_or("a skill has no front matter")?;
    let (front, _) = body.split_once("\n---\n").ok_or("the front matter has no end")?;
    let mut members = BTreeMap::new();
    for line in front.lines() {
        let unread = || format!("the front matter has a line that is not read: {line:?}");
        let (name, value) = line.split_once(": ").ok_or_else(unread)?;
        let value = value.trim();
        let plain_name =
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let special = value.starts_with(|c| "!&*|>{}[],#?:-@`'\"%".contains(c))
            || value.contains(" #")
            || value.contains(": ");
        if !plain_name || name.is_empty() || value.is_empty() || special {
            return Err(unread().into());
        }
        if members.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err("a name in the front matter stands twice".into());
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_read_or_refused() {
        let read = front_matter("---\nname: pdf\ndescription: Extract, fill\n---\n\nBody: x\n");
        let expected = [("name", "pdf"), ("description", "Extract, fill")];
        assert_eq!(read.unwrap(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
        for refused in [
            "name: x\n",
            "---\nname: x\n",
            "---\nname: \"x\"\n---\n",
            "---\nname: x # y\n---\n",
            "---\nname: x\nname: y\n---\n",
            "---\n  name: x\n---\n",
            "---\nlist:\n- a\n---\n",
            "---\na: b: c\n---\n",
        ] {
            assert!(front_matter(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_file_is_the_one_listed() {
        // FIPS 180-4 example: SHA-256 of "abc".
        let digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let file = |size| File { uri: String::new(), digest: digest.into(), size };
        assert!(file(None).check("abc").is_ok() && file(Some(3)).check("abc").is_ok());
        assert!(file(Some(4)).check("abc").is_err() && file(None).check("abd").is_err());
    }
}
