//! Servers that write whatever bytes a test wants, on loopback.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use socket2::SockRef;

/// A server; each connection has a thread of its own, which runs the script.
pub(crate) struct Peer {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    connections: usize,
    /// Connections that the server has closed.
    closed: usize,
    /// See [`Link::mark`].
    marks: usize,
    requests: Vec<Request>,
}

/// What a client has sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Which connection it came on, from 0.
    pub(crate) connection: usize,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.head.lines().filter_map(|line| {
            let (candidate, value) = line.split_once(": ")?;
            candidate.eq_ignore_ascii_case(name).then_some(value)
        });
        let value = values.next();
        assert!(values.next().is_none(), "{name} twice in {}", self.head);
        value
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The JSON-RPC method; empty for anything else.
    pub(crate) fn method(&self) -> String {
        self.json()["method"].as_str().unwrap_or_default().into()
    }

    /// A whole response with that result.
    pub(crate) fn result(&self, result: &Value) -> Vec<u8> {
        let body = json!({"jsonrpc": "2.0", "id": self.json()["id"], "result": result});
        whole(200, "", &body.to_string())
    }
}

/// A JSON response with its length; `headers` are lines with CR LF.
pub(crate) fn whole(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// One chunk.
pub(crate) fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

pub(crate) trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// The server's end of one connection.
pub(crate) struct Link {
    pub(crate) connection: usize,
    stream: Box<dyn Stream>,
    socket: TcpStream,
    log: Arc<Mutex<Log>>,
}

impl Link {
    /// The next request; `None` when the client has closed.
    pub(crate) fn request(&mut self) -> Option<Request> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if self.stream.read(&mut byte).ok()? == 0 {
                return None;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut request = Request { connection: self.connection, head, body: Vec::new() };
        let length = request.header("content-length").map_or(0, |text| text.parse().unwrap());
        request.body = vec![0; length];
        self.stream.read_exact(&mut request.body).ok()?;
        self.log.lock().unwrap().requests.push(request.clone());
        Some(request)
    }

    /// Sends; whether the client is still there.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Tells the test that it may go on; see [`Peer::marked`].
    pub(crate) fn mark(&self) {
        self.log.lock().unwrap().marks += 1;
    }

    /// Reads once, whatever it is.
    pub(crate) fn read_some(&mut self) -> usize {
        self.stream.read(&mut [0; 1024]).unwrap_or(0)
    }

    /// Sends no more, and goes on reading.
    pub(crate) fn finish(&self) {
        self.socket.shutdown(Shutdown::Write).unwrap();
    }

    /// Waits until the client closes, whatever it sends meanwhile.
    pub(crate) fn wait_for_close(&mut self) {
        let _ = io::copy(&mut self.stream, &mut io::sink());
    }

    /// Aborts the connection with a reset.
    pub(crate) fn reset(self) {
        SockRef::from(&self.socket).set_linger(Some(Duration::ZERO)).unwrap();
    }
}

pub(crate) fn pause(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}

impl Peer {
    pub(crate) fn new(script: impl Fn(Link) + Send + Sync + 'static) -> Self {
        Self::over(|stream| Box::new(stream), script)
    }

    /// With TLS.
    pub(crate) fn tls(
        config: rustls::ServerConfig,
        script: impl Fn(Link) + Send + Sync + 'static,
    ) -> Self {
        let config = Arc::new(config);
        let secure = move |stream| -> Box<dyn Stream> {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            Box::new(rustls::StreamOwned::new(connection, stream))
        };
        Self::over(secure, script)
    }

    /// Answers each request by these bytes, then closes.
    pub(crate) fn answering(response: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::new(move |mut link| {
            if link.request().is_some() {
                link.send(response.as_ref());
            }
        })
    }

    /// Answers each request by these bytes and leaves the connection open.
    pub(crate) fn keeping_alive(response: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::new(move |mut link| {
            while link.request().is_some() {
                link.send(response.as_ref());
            }
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }

    /// Waits until the server has closed that many connections.
    pub(crate) fn closed(&self, count: usize) {
        while self.log.lock().unwrap().closed < count {
            pause(5);
        }
    }

    /// Marks that the script has set.
    pub(crate) fn marks(&self) -> usize {
        self.log.lock().unwrap().marks
    }

    /// Waits until the script has set that many marks.
    pub(crate) fn marked(&self, count: usize) {
        while self.log.lock().unwrap().marks < count {
            pause(5);
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().requests.clone()
    }

    /// JSON-RPC methods as they came.
    pub(crate) fn methods(&self) -> Vec<String> {
        self.requests().iter().map(Request::method).collect()
    }

    fn over(
        secure: impl Fn(TcpStream) -> Box<dyn Stream> + Send + Sync + 'static,
        script: impl Fn(Link) + Send + Sync + 'static,
    ) -> Self {
        Self::listening(TcpListener::bind("127.0.0.1:0").unwrap(), secure, script)
    }

    /// On the IPv6 loopback address; `None` on a machine without.
    pub(crate) fn on_ipv6(script: impl Fn(Link) + Send + Sync + 'static) -> Option<Self> {
        let listener = TcpListener::bind("[::1]:0").ok()?;
        Some(Self::listening(listener, |stream| Box::new(stream), script))
    }

    fn listening(
        listener: TcpListener,
        secure: impl Fn(TcpStream) -> Box<dyn Stream> + Send + Sync + 'static,
        script: impl Fn(Link) + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let shared = log.clone();
        let script = Arc::new(script);
        thread::spawn(move || {
            for socket in listener.incoming() {
                let socket = socket.unwrap();
                let log = shared.clone();
                let connection = {
                    let mut log = log.lock().unwrap();
                    log.connections += 1;
                    log.connections - 1
                };
                socket.set_nodelay(true).unwrap();
                let stream = secure(socket.try_clone().unwrap());
                let script = script.clone();
                thread::spawn(move || {
                    script(Link { connection, stream, socket, log: log.clone() });
                    log.lock().unwrap().closed += 1;
                });
            }
        });
        Self { address, log }
    }
}
