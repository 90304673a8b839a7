//! The command against the house of servers that misbehave in each way that is known.

use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::house::{run, secret_file};
use crate::peer::{Peer, whole};
use crate::servers::{End, Era, Server, servers};

/// Servers that are played at the same time.
const AT_ONCE: usize = 4;

/// Lists the tools of that server; what is wrong with how that went.
fn come_through(server: &Arc<Server>) -> Vec<String> {
    let stranger = Peer::new(|mut link| {
        while link.request().is_some() {
            link.send(whole(200, "", "{}"));
        }
    });
    let (playing, somebody) = (Arc::clone(server), stranger.url());
    let peer = Peer::new(move |link| (playing.script)(link, &somebody));
    let revision = if server.era == Era::Modern { "2026-07-28" } else { "2025-11-25" };
    // Where the house waits for a limit of size, the command, which reads 16 MiB, waits for one of time.
    let shortest = server.deadlines.first_byte.min(server.deadlines.idle);
    let endless = server.plays.iter().any(|attack| ["S1", "H12"].contains(attack));
    let patient = shortest.min(server.deadlines.total) > Duration::from_secs(1) && !endless;
    let timeout = if patient { "60" } else { "1" };
    let reach = ["--endpoint", &peer.url(), "--revision", revision, "--timeout", timeout];
    let secret = secret_file();
    let mut faults = Vec::new();
    for command in [&["list", "tools"][..], &["call", "right"]] {
        let run = run(&[command, &reach, &["--secret-file", &secret]].concat());
        // A list without an end is no list for the command.
        let right = server.end == End::Right && !server.plays.contains(&"R10");
        let well = match (right, command[0]) {
            (true, "list") => run.code == 0 && run.out.contains("right"),
            // Most answer the call like the list, which no result of a tool is.
            (true, _) => matches!(run.code, 0 | 1 | 4),
            (false, _) => matches!(run.code, 1 | 3 | 4) && run.err.starts_with("mcpico: "),
        };
        if !well || run.out.contains("wrong") {
            faults.push(format!("{}, {}: {run:?}", server.name, command[0]));
        }
    }
    // Nothing has come to the stranger: a connection of our own is the first one.
    let _connection = TcpStream::connect(stranger.address()).unwrap();
    while stranger.connections() == 0 {
        thread::yield_now();
    }
    if stranger.connections() > 1 {
        faults.push(format!("{}: somebody else was connected to", server.name));
    }
    faults
}

#[test]
fn each_server_is_come_through() {
    let servers: Vec<_> = servers().into_iter().map(Arc::new).collect();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(server) = servers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = come_through(server);
                    faults.lock().unwrap().extend(found);
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    println!("{} servers", servers.len());
}
