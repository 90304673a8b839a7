//! `mcpico token` as its users call it.

mod wire;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use wire::{SECRET, mcpico, now, scratch, token};

/// One run of the command, with the secret of [`wire`] in its environment unless that is changed.
struct Run {
    arguments: Vec<String>,
    secret: Option<String>,
    token: Option<String>,
    stdin: Vec<u8>,
    /// What may be in no output.
    hidden: Vec<String>,
}

/// What a run left behind.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn new(arguments: &[&str]) -> Self {
        let arguments = ["token"].iter().chain(arguments).map(|&text| text.to_owned()).collect();
        let secret = Some(SECRET.to_owned());
        Self { arguments, secret, token: None, stdin: Vec::new(), hidden: vec![SECRET.to_owned()] }
    }

    fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&text| text.to_owned()));
        self
    }

    fn file(self, flag: &str, file: &Path) -> Self {
        self.and(&[flag, file.to_str().unwrap()])
    }

    fn secret(mut self, secret: Option<&str>) -> Self {
        self.secret = secret.map(str::to_owned);
        self.hide(secret.unwrap_or_default())
    }

    fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self.hide_token(token)
    }

    fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().into();
        self
    }

    fn piped(self, token: &str) -> Self {
        self.stdin(token).hide_token(token)
    }

    fn hide(mut self, text: &str) -> Self {
        self.hidden.push(text.trim_end().to_owned());
        self
    }

    /// Hides the parts that make a token usable.
    fn hide_token(self, token: &str) -> Self {
        let tag = token.rsplit('.').next().unwrap_or_default().to_owned();
        self.hide(token).hide(&tag)
    }

    fn end(self) -> Ended {
        let mut command = mcpico();
        command.env_remove("MCP_JWT_TOKEN").args(&self.arguments);
        command.envs(self.secret.iter().map(|secret| ("MCP_JWT_SECRET", secret)));
        command.envs(self.token.iter().map(|token| ("MCP_JWT_TOKEN", token)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        // A command that ends without reading closes the pipe.
        let _ = process.stdin.take().unwrap().write_all(&self.stdin);
        let output = process.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap();
        let ended = Ended { code, out: text(output.stdout), err: text(output.stderr) };
        for hidden in self.hidden.iter().filter(|hidden| hidden.len() > 3) {
            assert!(!ended.out.contains(hidden), "standard output of {:?}", self.arguments);
            assert!(!ended.err.contains(hidden), "standard error of {:?}", self.arguments);
        }
        assert!(!ended.err.contains("panicked"), "{ended:?}");
        let safe =
            |c: char| c == '\n' || !(c.is_control() || "\u{202e}\u{200b}\u{2028}".contains(c));
        assert!(ended.out.chars().chain(ended.err.chars()).all(safe), "{ended:?}");
        ended
    }
}

impl Ended {
    /// Standard output of a run that went well and had nothing to say beside.
    fn out(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        self.out
    }

    fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON in {self:?}"))
    }

    /// Nothing was done, and standard error tells all of `reasons` in one line.
    fn unusable(self, reasons: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{self:?}");
        assert!(reasons.iter().all(|reason| self.err.contains(reason)), "{self:?}");
        assert!(self.err.starts_with("mcpico: ") && self.err.lines().count() == 1, "{self:?}");
    }

    /// The command line is wrong.
    fn misused(self, reason: &str) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{self:?}");
        assert!(self.err.starts_with("error: ") && self.err.contains(reason), "{self:?}");
    }
}

/// Signs, and takes the token apart without the code under test.
fn signed(arguments: &[&str]) -> (Value, Value) {
    decoded(&Run::new(&["sign"]).and(arguments).end().out(), SECRET.as_bytes())
}

/// Header and claims of the line that holds a token, whose tag is that of `secret`.
fn decoded(line: &str, secret: &[u8]) -> (Value, Value) {
    let text = line.strip_suffix('\n').unwrap();
    let (signing_input, tag) = text.rsplit_once('.').unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(signing_input.as_bytes());
    mac.verify_slice(&Base64UrlUnpadded::decode_vec(tag).unwrap()).unwrap();
    let (header, claims) = signing_input.split_once('.').unwrap();
    let part =
        |text| serde_json::from_slice(&Base64UrlUnpadded::decode_vec(text).unwrap()).unwrap();
    (part(header), part(claims))
}

/// A good token with these claims, made without the code under test.
fn with(claims: &Value) -> String {
    token(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), claims)
}

fn private_file(contents: impl AsRef<[u8]>) -> PathBuf {
    file_of_mode(contents, 0o600)
}

fn file_of_mode(contents: impl AsRef<[u8]>, mode: u32) -> PathBuf {
    let file = scratch("file");
    fs::write(&file, contents).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    file
}

fn seconds_from_now(seconds: &Value) -> i64 {
    seconds.as_i64().unwrap() - i64::try_from(now()).unwrap()
}

// ---- sign ----------------------------------------------------------------------------------------

/// Tokens that another implementation has signed with the secret `test-secret`.
#[test]
fn sign_makes_the_tokens_of_another_implementation() {
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    let (id, uuid) =
        ("81a35282-0149-4eb3-bb8e-627379db6a1c", "3caa49a9-3752-486e-b979-51a369d6df69");
    let extra = format!(r#"{{"id":"{id}","uuid":"{uuid}","exp":1776817104,"sub":"user-1"}}"#);
    let who = ["--id", id, "--uuid", uuid];
    let cases = [
        (
            [&who[..], &["--expires-at", "1776817104"]].concat(),
            "jJ-162LQHV3472kIEsvhyP3Dzbw_-7yV7CR5V0vL6nc",
        ),
        (
            [&who[..], &["--expires-at", "2026-04-22T00:18:24Z"]].concat(),
            "jJ-162LQHV3472kIEsvhyP3Dzbw_-7yV7CR5V0vL6nc",
        ),
        ([&who[..], &["--expires-at=1"]].concat(), "77XGt3EKnduJV-WTvEBXtK6rZPZAMmdE6KJSJYaH3hQ"),
        ([&who[..], &["--no-exp"]].concat(), "M9F6HfIZnpuVU73nOEdKowOQjAvVFPTb7PxBqPqaHFc"),
        (vec!["--claims", &extra], "tGqqbAKMIfKeiVqYW-KKeheLDMSN9UnHgGTFm0X52qE"),
    ];
    for (arguments, tag) in cases {
        let run = Run::new(&["sign", "--allow-short-secret"]).secret(Some("test-secret"));
        let out = run.and(&arguments).end().out();
        assert!(out.starts_with(&format!("{header}.")), "{out}");
        assert!(out.ends_with(&format!(".{tag}\n")), "{out}");
    }
}

#[test]
fn sign_without_claims_makes_a_test_identity() {
    let (header, claims) = signed(&[]);
    assert_eq!(header, json!({"alg": "HS256", "typ": "JWT"}));
    assert_eq!(claims.as_object().unwrap().len(), 3);
    assert_eq!(claims["id"], "mcpico-test");
    assert_eq!(claims["uuid"].as_str().unwrap().len(), 36);
    assert!((595..=600).contains(&seconds_from_now(&claims["exp"])));
    let (_, other) = signed(&[]);
    assert_ne!(claims["uuid"], other["uuid"]);
    let (_, timed) = signed(&["--expires-in", "1h", "--issued-at"]);
    assert_eq!(timed["id"], "mcpico-test");
}

#[test]
fn sign_takes_every_claim() {
    let tags = r#"[{"Key":"team","Value":"a"}]"#;
    let (header, mut claims) = signed(&[
        "--id",
        "i",
        "--uuid",
        "u",
        "--sub",
        "s",
        "--iss",
        "https://as.example",
        "--aud",
        "a",
        "--role-arn",
        "arn:aws:iam::123456789012:role/r",
        "--external-id",
        "x",
        "--session-tags",
        tags,
        "--scope",
        "read",
        "--scope",
        "write",
        "--claim",
        r#"t="acme=b""#,
        "--claim",
        "n=18446744073709551616",
        "--claim",
        "o={\"a\":[true,null]}",
        "--kid",
        "k1",
        "--typ",
        "at+jwt",
        "--issued-at",
        "--not-before",
        "1700000000",
        "--expires-in",
        "90s",
    ]);
    assert_eq!(header, json!({"alg": "HS256", "typ": "at+jwt", "kid": "k1"}));
    assert!((-5..=0).contains(&seconds_from_now(&claims["iat"])));
    assert!((85..=90).contains(&seconds_from_now(&claims["exp"])));
    claims.as_object_mut().unwrap().retain(|name, _| name != "iat" && name != "exp");
    let number: Value = serde_json::from_str("18446744073709551616").unwrap();
    assert_eq!(
        claims,
        json!({
            "id": "i", "uuid": "u", "sub": "s", "iss": "https://as.example", "aud": "a",
            "role_arn": "arn:aws:iam::123456789012:role/r", "external_id": "x",
            "session_tags": [{"Key": "team", "Value": "a"}], "scope": "read write",
            "t": "acme=b", "n": number, "o": {"a": [true, null]}, "nbf": 1_700_000_000,
        })
    );
    let (_, claims) = signed(&["--aud", "a", "--aud", "b", "--session-tags", r#"{"team":"a"}"#]);
    assert_eq!(claims["aud"], json!(["a", "b"]));
    assert_eq!(claims["session_tags"], json!({"team": "a"}));
    assert_eq!(claims.as_object().unwrap().len(), 3);
}

#[test]
fn sign_takes_objects_as_they_stand() {
    let file = private_file(r#"{ "sub" : "\u0061", "big" : 1e400 }"#);
    let from_file = format!("@{}", file.display());
    let line = Run::new(&["sign", "--claims", &from_file]).end().out();
    let claims = line.split('.').nth(1).unwrap();
    let claims = String::from_utf8(Base64UrlUnpadded::decode_vec(claims).unwrap()).unwrap();
    assert!(claims.starts_with(r#"{"sub":"\u0061","big":1e400,"exp":"#), "{claims}");
    let (_, claims) = signed(&["--claims", r#"{"exp":12}"#]);
    assert_eq!(claims, json!({"exp": 12}));
    let (_, claims) = signed(&["--claims", "{}", "--no-exp", "--sub", "s"]);
    assert_eq!(claims, json!({"sub": "s"}));
    let (_, claims) = signed(&["--expires-in", "-60", "--sub", "s"]);
    assert!((-66..=-60).contains(&seconds_from_now(&claims["exp"])));
}

#[test]
fn sign_prints_json_when_asked() {
    let ended = Run::new(&["sign", "--format", "json", "--sub", "\u{202e}"])
        .and(&["--expires-at", "1776817104"])
        .end();
    let shown = ended.json();
    assert_eq!(shown["claims"], json!({"sub": "\u{202e}", "exp": 1_776_817_104}));
    assert_eq!(shown["expires_at"], "2026-04-22T00:18:24Z");
    let line = format!("{}\n", shown["token"].as_str().unwrap());
    assert_eq!(decoded(&line, SECRET.as_bytes()).1, shown["claims"]);
    let ended = Run::new(&["sign", "--format", "json", "--no-exp"]).end();
    assert_eq!(ended.json()["expires_at"], Value::Null);
}

#[test]
fn sign_refuses_claims_that_are_not_clear() {
    for (arguments, reasons) in [
        (&["--claim", "tenant=acme"][..], &["--claim tenant", "not JSON", "quotes"][..]),
        (&["--claim", "tenant"], &["NAME=JSON"]),
        (&["--claim", "a=1 2"], &["not JSON"]),
        (&["--claims", "{\"a\":1"], &["--claims", "not JSON"]),
        (&["--claims", "[1]"], &["--claims", "not a JSON object"]),
        (&["--claims", "@no/such/file"], &["no/such/file"]),
        (&["--claims", r#"{"a":1,"\u0061":2}"#], &["the claim a is given twice"]),
        (&["--sub", "a", "--claim", "sub=\"b\""], &["the claim sub is given twice"]),
        (&["--claim", "x=1", "--claim", "x=1"], &["the claim x is given twice"]),
        (&["--claims", r#"{"exp":1}"#, "--expires-in", "5"], &["the claim exp is given twice"]),
        (&["--claim", "exp=1", "--no-exp"], &["--no-exp", "exp"]),
        (&["--issued-at", "--claim", "iat=1"], &["the claim iat is given twice"]),
        (&["--session-tags", "7"], &["--session-tags", "object", "array"]),
        (&["--session-tags", "{"], &["--session-tags", "not JSON"]),
        (&["--claim", "exp=\"soon\""], &["exp", "wrong type"]),
        (&["--claim", "sub=7"], &["sub", "wrong type"]),
        (&["--claim", "aud=[1]"], &["aud", "wrong type"]),
        (&["--claim", "\u{1b}[2J\u{202e}=x"], &["\\u{1b}[2J\\u{202e}"]),
    ] {
        Run::new(&["sign"]).and(arguments).end().unusable(reasons);
    }
    for (arguments, reason) in [
        (&["--expires-in", "5", "--expires-at", "5"][..], "cannot be used with"),
        (&["--expires-in", "5", "--no-exp"], "cannot be used with"),
        (&["--expires-at", "5", "--no-exp"], "cannot be used with"),
        (&["--expires-in", "soon"], "number of seconds"),
        (&["--expires-at", "2011-03-22"], "seconds since 1970"),
        (&["--sub", "a", "--sub", "b"], "multiple times"),
        (&["--format", "xml"], "invalid value"),
    ] {
        Run::new(&["sign"]).and(arguments).end().misused(reason);
    }
}

#[test]
fn sign_warns_of_tokens_that_are_too_long_for_many() {
    let long = "x".repeat(7_000);
    let ended = Run::new(&["sign", "--sub", &long]).end();
    assert_eq!(ended.code, 0);
    assert!(ended.err.contains("warning") && ended.err.contains("8192"), "{ended:?}");
    decoded(&ended.out, SECRET.as_bytes());
}

// ---- secrets -------------------------------------------------------------------------------------

#[test]
fn secrets_come_from_a_file_the_environment_or_standard_input() {
    let other = "another-example-secret-of-forty-eight-bytes-0123";
    let sign = || Run::new(&["sign"]).hide(other);
    let file = private_file(format!("{other}\r\n"));
    decoded(&sign().file("--secret-file", &file).end().out(), other.as_bytes());
    decoded(&sign().end().out(), SECRET.as_bytes());
    let piped = sign().and(&["--secret-stdin"]).stdin(format!("{other}\n"));
    decoded(&piped.end().out(), other.as_bytes());
    sign().secret(None).end().unusable(&["no secret", "--secret-file"]);
    sign().secret(Some("")).end().unusable(&["the secret is empty"]);
    sign().and(&["--secret-file", "no/such/file"]).end().unusable(&["secret", "No such file"]);
    let both = sign().file("--secret-file", &file).and(&["--secret-stdin"]);
    both.end().misused("cannot be used with");
    let endless = private_file(vec![b'x'; 70_000]);
    sign().file("--secret-file", &endless).end().unusable(&["secret", "too large"]);
    // Verification takes them from the same places.
    let by_other = token(other, &json!({"alg": "HS256"}), &json!({"exp": now() + 60}));
    let verify = || Run::new(&["verify"]).hide(other).token(&by_other);
    verify().file("--secret-file", &file).end().out();
    verify().and(&["--secret-stdin"]).stdin(other).end().out();
    assert_eq!(verify().end().code, 1);
    verify().secret(None).end().unusable(&["no secret"]);
}

#[test]
fn short_secrets_need_a_word() {
    for secret in ["x", "1234567890123456789012345678901"] {
        let sign = || Run::new(&["sign"]).secret(Some(secret));
        sign().end().unusable(&["shorter than 32 bytes", "RFC 7518", "--allow-short-secret"]);
        let line = sign().and(&["--allow-short-secret"]).end().out();
        decoded(&line, secret.as_bytes());
        let verify = || Run::new(&["verify"]).secret(Some(secret)).piped(line.trim_end());
        verify().end().unusable(&["shorter than 32 bytes"]);
        verify().and(&["--allow-short-secret"]).end().out();
        let inspect = || Run::new(&["inspect"]).secret(Some(secret)).piped(line.trim_end());
        inspect().end().unusable(&["shorter than 32 bytes"]);
        assert!(inspect().and(&["--allow-short-secret"]).end().out().contains("signature  ok"));
    }
    Run::new(&["sign"]).secret(Some(&"x".repeat(32))).end().out();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{SECRET}");
    for arguments in [&["sign"][..], &["sign", "--allow-short-secret"]] {
        Run::new(arguments).secret(Some(&pem)).end().unusable(&["PEM"]);
    }
}

#[test]
#[cfg(unix)]
fn files_that_others_can_read_are_named() {
    for (mode, open) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        let secret = file_of_mode(SECRET, mode);
        let good = with(&json!({"exp": now() + 60}));
        let sign = Run::new(&["sign"]).file("--secret-file", &secret).end();
        let file = file_of_mode(&good, mode);
        let verify = Run::new(&["verify"]).file("--jwt-token-file", &file).hide_token(&good).end();
        for (ended, file) in [(sign, secret), (verify, file)] {
            assert_eq!(ended.code, 0);
            let warned =
                ended.err.contains("warning") && ended.err.contains(file.to_str().unwrap());
            assert_eq!(warned, open, "{mode:o}: {ended:?}");
            assert_eq!(ended.err.is_empty(), !open);
        }
    }
}

#[test]
fn misplaced_secrets_are_not_repeated() {
    let run = |arguments: &[&str]| Run::new(arguments).secret(None).hide(SECRET).end();
    run(&["sign", SECRET]).misused("unexpected argument");
    run(&["sign", "--secret", SECRET]).misused("--secret-file");
    run(&["sign", &format!("--secret={SECRET}")]).misused("--secret-file");
    run(&[SECRET]).misused("unrecognized subcommand");
    let good = with(&json!({"exp": now() + 60}));
    let run = |arguments: &[&str]| Run::new(arguments).hide_token(&good).end();
    run(&["verify", &good, &good]).misused("unexpected argument");
    run(&["verify", &good, "--jwt-token", &good]).misused("cannot be used with");
    run(&["sign", "--expires-in", &good]).misused("invalid value");
    run(&["verify", "--format", &good, "--leeway", &good]).misused("invalid value");
}

/// Where the name of a file belongs, too: a name that leads nowhere may be what was meant to be in it.
#[test]
fn misplaced_secrets_are_not_repeated_as_names_of_files() {
    let good = with(&json!({"exp": now() + 60}));
    let long = "x".repeat(300);
    for (arguments, hidden) in [
        (&["sign", "--secret-file", SECRET][..], SECRET),
        (&["sign", "--secret-file", &long], &long),
        (&["verify", "--jwt-token-file", &good], &good),
        (&["verify", &good, "--secret-file", SECRET], SECRET),
    ] {
        let ended = Run::new(arguments).hide_token(&good).hide(hidden).end();
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{ended:?}");
        assert!(ended.err.contains("not repeated"), "{ended:?}");
    }
    // One that leads somewhere is no secret.
    let folder = env!("CARGO_MANIFEST_DIR");
    let ended = Run::new(&["sign", "--secret-file", folder]).end();
    assert!(ended.code == 2 && ended.err.contains(folder), "{ended:?}");
}

// ---- verify --------------------------------------------------------------------------------------

/// [RFC 7515 appendix A.1](https://www.rfc-editor.org/rfc/rfc7515#appendix-A.1)
#[test]
fn verify_takes_the_token_of_the_standard_until_it_expires() {
    let key =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                 eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                 dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let key = private_file(Base64UrlUnpadded::decode_vec(key).unwrap());
    let verify = |time: &str| {
        let run = Run::new(&["verify", "--format", "json", "--iss", "joe", "--at", time]);
        run.file("--secret-file", &key).piped(token).end()
    };
    for time in ["1300819379", "2011-03-22T18:42:59Z"] {
        let ended = verify(time);
        assert_eq!(ended.code, 0);
        let claims =
            json!({"iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true});
        let header = json!({"typ": "JWT", "alg": "HS256"});
        let expires_at = "2011-03-22T18:43:00Z";
        assert_eq!(
            ended.json(),
            json!({"valid": true, "header": header, "claims": claims, "expires_at": expires_at})
        );
    }
    let ended = verify("1300819380");
    assert_eq!(ended.code, 1);
    let reason = "the token has expired";
    assert_eq!(ended.json(), json!({"valid": false, "class": "expired", "reason": reason}));
}

#[test]
fn verify_judges_the_corpus() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/corpora/jwt/hs256-cases.json");
    let corpus: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (iss, aud) = (text(&corpus["iss"]), text(&corpus["aud"]));
    let (at, leeway) = (corpus["now"].to_string(), corpus["leeway"].to_string());
    let key_of = |value: &Value| {
        let hex = text(value);
        let bytes = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        private_file((0..hex.len()).step_by(2).map(bytes).collect::<Vec<u8>>())
    };
    let usual = key_of(&corpus["key_hex"]);
    let mut run = 0;
    for case in corpus["cases"].as_array().unwrap() {
        let mut token = match (&case["token"], &case["token_b64"], &case["token_gen"]) {
            (Value::String(token), _, _) => token.clone().into_bytes(),
            (_, Value::String(token), _) => base64ct::Base64::decode_vec(token).unwrap(),
            (_, _, generated) => {
                let count = usize::try_from(generated["count"].as_u64().unwrap()).unwrap();
                text(&generated["unit"]).repeat(count).into_bytes()
            }
        };
        // The one line end that is not part of the token.
        token.push(b'\n');
        let judged = (2..=65_536).contains(&token.len());
        let token = private_file(token);
        let key = if case["key_hex"].is_null() { usual.clone() } else { key_of(&case["key_hex"]) };
        let ended = Run::new(&["verify", "--iss", &iss, "--aud", &aud, "--leeway", &leeway])
            .and(&["--at", &at, "--max-len", "65536"])
            .file("--secret-file", &key)
            .file("--jwt-token-file", &token)
            .end();
        let expected = text(&case["expect"]);
        let codes = match expected.as_str() {
            "ok" => 0..=0,
            "ok-or-strict" | "ok-or-range" | "policy" => 0..=1,
            // Nothing is judged without a token of a size to be read, and by a secret that is no key.
            _ if !judged => 2..=2,
            "key" | "key-or-strict" => 2..=2,
            _ => 1..=1,
        };
        assert!(codes.contains(&ended.code), "{} expects {expected}: {ended:?}", case["name"]);
        run += 1;
    }
    println!("{run} cases");
    assert_eq!(run, 226);
}

#[test]
fn verify_tells_the_class_and_the_reason() {
    let claims = json!({
        "iss": "https://as.example", "sub": "ada", "aud": ["a", "b"], "exp": now() + 600,
        "\u{202e}x": "\u{1b}[2J",
    });
    let good = with(&claims);
    let trust = ["--iss", "https://as.example", "--aud", "b"];
    for (arguments, verdict) in [
        (&[][..], None),
        (&["--sub", "ada", "--typ", "application/JWT"], None),
        (&["--aud", "z"], None),
        (&["--require", "sub,exp", "--require", "iss"], None),
        (&["--sub", "eve"], Some(("wrong_subject", "sub"))),
        (&["--typ", "at+jwt"], Some(("typ", "typ"))),
        (&["--require", "sub,jti"], Some(("missing_claim", "the claim jti is missing"))),
        (&["--allow-only", "iss,sub,aud,exp"], Some(("claim_not_allowed", "\\u{202e}x is not"))),
        (
            &["--allow-only", "iss", "--allow-only", "sub"],
            Some(("claim_not_allowed", "aud is not")),
        ),
        (&["--at", "9999999999"], Some(("expired", "expired"))),
    ] {
        let verify = || Run::new(&["verify"]).and(&trust).and(arguments).piped(&good);
        let (text, json) = (verify().end(), verify().and(&["--format", "json"]).end());
        let shown = json.json();
        assert_eq!(shown["valid"], verdict.is_none(), "{arguments:?}");
        if let Some((class, reason)) = verdict {
            assert_eq!((text.code, json.code), (1, 1), "{arguments:?}");
            assert!(text.out.starts_with(&format!("refused ({class}): ")), "{text:?}");
            assert!(text.out.contains(reason), "{text:?}");
            assert_eq!(shown["class"], class);
        } else {
            assert_eq!((text.code, json.code), (0, 0), "{arguments:?}: {text:?}");
            assert!(text.out.starts_with("valid: expires in "), "{text:?}");
            assert_eq!(shown["claims"], claims);
            let shown: Value = serde_json::from_str(text.out.lines().nth(1).unwrap()).unwrap();
            assert_eq!(shown, claims);
        }
    }
    let class = |arguments: &[&str], token: &str| {
        let ended = Run::new(&["verify", "--format", "json"]).and(arguments).piped(token).end();
        assert_eq!(ended.code, i32::from(ended.json()["valid"] == false));
        ended.json()["class"].clone()
    };
    assert_eq!(class(&["--iss", "x", "--any-aud"], &good), "wrong_issuer");
    assert_eq!(class(&[], &good), "wrong_audience");
    assert_eq!(class(&["--aud", "c"], &good), "wrong_audience");
    assert_eq!(class(&["--any-aud"], &good), Value::Null);
    assert_eq!(class(&[], &with(&json!({"sub": "s"}))), "missing_claim");
    assert_eq!(class(&["--no-exp"], &with(&json!({"sub": "s"}))), Value::Null);
    assert_eq!(class(&[], &with(&json!({"exp": now() - 5}))), "expired");
    assert_eq!(class(&["--leeway", "60"], &with(&json!({"exp": now() - 5}))), Value::Null);
    assert_eq!(class(&[], &with(&json!({"exp": now() + 90, "nbf": now() + 60}))), "not_yet_valid");
    assert_eq!(
        class(&[], &token(&SECRET.to_uppercase(), &json!({"alg": "HS256"}), &claims)),
        "signature"
    );
    assert_eq!(class(&[], &token(SECRET, &json!({"alg": "none"}), &claims)), "alg");
    assert_eq!(class(&[], "a.b"), "malformed");
    assert_eq!(class(&[], ""), "malformed");
    assert_eq!(class(&[], &"x".repeat(8_193)), "limit");
    let late = Run::new(&["verify", "--leeway", "600"]).piped(&with(&json!({"exp": now() - 60})));
    assert!(late.end().out().starts_with("valid: expired 1 minute ago, within the leeway\n"));
    let endless = Run::new(&["verify", "--no-exp"]).piped(&with(&json!({"sub": "s"})));
    assert!(endless.end().out().starts_with("valid: does not expire\n"));
}

// ---- where tokens come from ----------------------------------------------------------------------

#[test]
fn tokens_come_from_five_places() {
    let who = |name: &str| with(&json!({"sub": name, "exp": now() + 60}));
    let file = private_file(format!("{}\r\n", who("file")));
    let verify = |arguments: &[&str]| {
        Run::new(&["verify", "--format", "json"]).and(arguments).token(&who("variable"))
    };
    let sub = |ended: Ended| ended.json()["claims"]["sub"].as_str().unwrap().to_owned();
    let piped = who("stdin");
    assert_eq!(sub(verify(&[]).end()), "variable");
    assert_eq!(sub(verify(&[]).file("--jwt-token-file", &file).end()), "file");
    for arguments in [&["-"][..], &["--jwt-token-file", "-"]] {
        assert_eq!(sub(verify(arguments).piped(&format!("{piped}\n")).end()), "stdin");
    }
    let run = Run::new(&["verify", "--format", "json"]).piped(&piped);
    assert_eq!(sub(run.end()), "stdin");
    let argument = who("argument");
    for arguments in [&[argument.as_str()][..], &["--jwt-token", &argument]] {
        let ended = verify(arguments).hide_token(&argument).end();
        assert!(ended.err.contains("warning") && ended.err.contains("list of processes"));
        assert_eq!(sub(ended), "argument");
    }
    verify(&["--jwt-token", &argument]).file("--jwt-token-file", &file).end().misused("cannot");
    verify(&["--jwt-token-file", "no/such/file"]).end().unusable(&["token", "No such file"]);
    let empty = private_file("\n");
    verify(&[]).file("--jwt-token-file", &empty).end().unusable(&["token", "empty"]);
    verify(&[]).token("").end().unusable(&["MCP_JWT_TOKEN", "empty"]);
    let twice = "the secret and the token";
    verify(&["--secret-stdin", "-"]).end().unusable(&[twice]);
    verify(&["--secret-stdin", "--jwt-token-file", "-"]).end().unusable(&[twice]);
    let unnamed = Run::new(&["verify", "--secret-stdin"]).stdin(SECRET).end();
    unnamed.unusable(&["no token"]);
}

// ---- inspect -------------------------------------------------------------------------------------

#[test]
fn inspect_shows_an_expired_token_with_each_verdict() {
    let claims =
        json!({"sub": "ada", "iat": now() - 7_300, "nbf": now() - 400, "exp": now() - 200});
    let expired = with(&claims);
    let mask = format!("{}...{}", &expired[..4], &expired[expired.len() - 4..]);
    let inspect = |arguments: &[&str]| Run::new(&["inspect"]).and(arguments).piped(&expired);
    let out = inspect(&[]).end().out();
    let exp = now() - 200;
    for line in [
        format!("token      {mask} ({} bytes)", expired.len()),
        r#"header     {"alg":"HS256","typ":"JWT"}"#.to_owned(),
        r#"  sub      "ada""#.to_owned(),
        "structure  ok".to_owned(),
        "signature  ok".to_owned(),
        "time       refused (expired): the token has expired".to_owned(),
        "claims     not checked: nothing is expected of them".to_owned(),
    ] {
        assert!(out.lines().any(|shown| shown == line), "{line:?} is not in {out}");
    }
    assert!(out.contains("expired 3 minutes ago)") && out.contains("issued 2 hours ago)"), "{out}");
    assert!(out.contains("valid since 6 minutes ago)"), "{out}");
    let shown = inspect(&["--format", "json", "--sub", "eve"]).secret(None).end().json();
    assert_eq!(shown["token"], mask);
    assert_eq!(shown["claims"], claims);
    assert_eq!(shown["header"]["alg"], "HS256");
    let seconds = shown["times"]["exp"]["seconds"].as_u64().unwrap();
    assert!(exp - 5 <= seconds && seconds <= exp);
    assert_eq!(shown["times"]["exp"]["note"], "expired 3 minutes ago");
    assert_eq!(shown["verdicts"]["structure"], json!({"verdict": "ok"}));
    let unchecked = json!({"verdict": "not_checked", "reason": "no secret"});
    assert_eq!(shown["verdicts"]["signature"], unchecked);
    assert_eq!(shown["verdicts"]["time"]["class"], "expired");
    assert_eq!(shown["verdicts"]["claims"]["class"], "wrong_subject");
    let other = "another-example-secret-of-forty-eight-bytes-0123";
    let out = inspect(&["--sub", "ada", "--leeway", "300"]).secret(Some(other)).end().out();
    for line in [
        "signature  refused (signature): the signature does not match",
        "time       ok",
        "claims     ok",
    ] {
        assert!(out.lines().any(|shown| shown == line), "{line:?} is not in {out}");
    }
}

/// The sample token stands with its date in the calendar: `date -u -d @1776817104`.
#[test]
fn inspect_shows_dates() {
    let claims = json!({"exp": 1_776_817_104, "nbf": 1_776_817_110, "iat": 1_776_817_200});
    let run = Run::new(&["inspect", "--at", "1776817000"]).piped(&with(&claims));
    let out = run.end().out();
    for line in [
        "  exp      1776817104 (2026-04-22T00:18:24Z, valid for 1 minute)",
        "  nbf      1776817110 (2026-04-22T00:18:30Z, not valid for another 1 minute)",
        "  iat      1776817200 (2026-04-22T00:20:00Z, issued 3 minutes in the future)",
        "time       refused (lifetime): the token expires before it becomes valid",
    ] {
        assert!(out.lines().any(|shown| shown == line), "{line:?} is not in {out}");
    }
    let far = with(&json!({"exp": i64::MAX}));
    let shown = Run::new(&["inspect", "--format", "json"]).piped(&far).end().json();
    assert_eq!(shown["times"]["exp"]["utc"], Value::Null);
    let wrong = with(&json!({"exp": "soon"}));
    let out = Run::new(&["inspect"]).piped(&wrong).end().out();
    assert!(out.contains("structure  refused (claim_type)"), "{out}");
    assert!(out.contains("  exp      \"soon\"\n"), "{out}");
}

#[test]
fn inspect_shows_other_tokens_and_tells_broken_ones() {
    let rs256 = token(SECRET, &json!({"alg": "RS256", "kid": "k"}), &json!({"aud": "x", "exp": 1}));
    let out = Run::new(&["inspect", "--any-aud"]).piped(&rs256).end().out();
    assert!(out.contains("structure  refused (alg)"), "{out}");
    assert!(out.contains(r#""kid":"k""#) && out.contains("  aud      \"x\"\n"), "{out}");
    let out = Run::new(&["inspect", "--require", "exp"]).piped(&rs256).end().out();
    assert!(out.ends_with("claims     ok\n"), "no audience is expected, so any is fine: {out}");
    let part = |text: &[u8]| Base64UrlUnpadded::encode_string(text);
    let good = part(br#"{"alg":"HS256"}"#);
    for (broken, class) in [
        ("a.b".to_owned(), "malformed"),
        ("!.b.c".to_owned(), "base64"),
        (String::new(), "malformed"),
        (format!("{good}.{}.{}", part(b"\x1b[2J\xff"), part(&[0; 32])), "claims_json"),
        (format!("{good}.{}.{}", part(br#"{"a":1,"a":2}"#), part(&[0; 32])), "duplicate_name"),
        (format!("{}.{}.{}", part(b"[]"), part(b"{}"), part(&[0; 32])), "header_json"),
    ] {
        let inspect = |arguments: &[&str]| Run::new(&["inspect"]).and(arguments).piped(&broken);
        let (text, json) = (inspect(&[]).end(), inspect(&["--format", "json"]).end());
        assert_eq!((text.code, json.code), (1, 1), "{broken}");
        assert!(text.out.contains(&format!("structure  refused ({class}): ")), "{text:?}");
        assert_eq!(json.json()["verdicts"]["structure"]["class"], class);
    }
}

#[test]
fn inspect_escapes_what_is_hostile() {
    let corpus = include_str!("corpora/terminal/strings.json");
    let corpus: Value = serde_json::from_str(corpus).unwrap();
    let mut run = 0;
    for (name, text) in corpus["strings"].as_object().unwrap() {
        let text = text.as_str().unwrap();
        let claims = json!({text: text, "deep": {"a": [text]}, "exp": now() + 60});
        let hostile = token(SECRET, &json!({"alg": "HS256", "kid": text}), &claims);
        // The run itself looks for what may not come out.
        let out = Run::new(&["inspect"]).piped(&hostile).end().out();
        assert_eq!(out.lines().count(), 10, "{name}: {out}");
        for (command, member) in [("inspect", "claims"), ("verify", "claims")] {
            let ended = Run::new(&[command, "--format", "json"]).piped(&hostile).end();
            assert_eq!(ended.json()[member], claims, "{command} {name}: {ended:?}");
        }
        run += 1;
    }
    println!("{run} strings");
    assert_eq!(run, 31);
}

// ---- mask ----------------------------------------------------------------------------------------

#[test]
fn mask_shows_four_characters_at_each_end() {
    let good = with(&json!({"exp": now() + 60}));
    let expected = format!("{}...{}\n", &good[..4], &good[good.len() - 4..]);
    assert_eq!(Run::new(&["mask"]).piped(&good).end().out(), expected);
    assert_eq!(Run::new(&["mask", "-"]).piped(&format!("{good}\n")).end().out(), expected);
    assert_eq!(Run::new(&["mask"]).token(&good).end().out(), expected);
    let ended = Run::new(&["mask", &good]).hide_token(&good).end();
    assert_eq!((ended.code, ended.out), (0, expected));
    assert!(ended.err.contains("list of processes"));
    assert_eq!(Run::new(&["mask"]).stdin("twelve chars").end().out(), "***\n");
    assert_eq!(Run::new(&["mask"]).stdin("thirteen char").end().out(), "thir...char\n");
    assert_eq!(Run::new(&["mask"]).stdin("").end().out(), "(none)\n");
    assert_eq!(Run::new(&["mask"]).stdin("\u{1b}[2J and more").end().out(), "****...****\n");
}

#[test]
fn token_without_a_command_shows_how_it_is_used() {
    let ended = Run::new(&[]).end();
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("Usage: mcpico token"), "{ended:?}");
}
