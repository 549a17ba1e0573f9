//! A stand-in for a Moodle at the wire: it answers as the recorded sites did, with their quirks. Creates are for all or none,
//! updates row by row; fields past `max_input_vars` vanish; a missing capability shows nobody; nothing names the bad row.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Which database's rules of comparison hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Postgres,
    MariaDb,
}

/// What goes wrong with the next call of a function.
#[derive(Clone)]
pub(crate) enum Mishap {
    /// The connection breaks before Moodle does anything.
    CutBefore,
    /// Moodle does all of it, and the answer is lost.
    CutAfter,
    /// Moodle does all of it behind a proxy that gave up: this status, in HTML.
    StatusAfter(u16),
    /// Moodle does nothing: this status, perhaps with `Retry-After`.
    StatusBefore(u16, Option<&'static str>),
    /// Moodle does nothing, and answers with this body.
    Says(&'static [u8]),
    /// An exception with this code, nothing done.
    Code(&'static str),
    /// Only the first so many rows are done, and the answer is lost.
    CutAfterRows(usize),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) username: String,
    pub(crate) idnumber: String,
    pub(crate) email: String,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) auth: String,
    pub(crate) lang: String,
    pub(crate) suspended: bool,
    pub(crate) lastaccess: i64,
    pub(crate) marker: String,
    pub(crate) forced_change: bool,
    pub(crate) is_admin: bool,
    /// Every password that was set, one after the other.
    pub(crate) passwords: Vec<String>,
}

pub(crate) struct Site {
    pub(crate) users: Vec<User>,
    /// Parent and child.
    pub(crate) roles: BTreeSet<(u64, u64)>,
    pub(crate) capabilities: BTreeSet<&'static str>,
    pub(crate) functions: BTreeSet<&'static str>,
    pub(crate) database: Database,
    pub(crate) max_input_vars: usize,
    pub(crate) marker_field: Option<&'static str>,
    pub(crate) is_old: bool,
    pub(crate) role_is_assignable: bool,
    pub(crate) shortest_password: usize,
    pub(crate) mishaps: VecDeque<(&'static str, Mishap)>,
    /// Function and fields of every call, as they came.
    pub(crate) calls: Vec<(String, Vec<(String, String)>)>,
    /// Requests that were not a POST of a form, or had the token elsewhere.
    pub(crate) wrong: Vec<String>,
    next_id: u64,
}

const CAPABILITIES: [&str; 7] = [
    "webservice/rest:use",
    "moodle/user:viewdetails",
    "moodle/user:viewalldetails",
    "moodle/site:viewuseridentity",
    "moodle/user:create",
    "moodle/user:update",
    "moodle/role:assign",
];
const FUNCTIONS: [&str; 6] = [
    "core_webservice_get_site_info",
    "core_user_get_users_by_field",
    "core_user_create_users",
    "core_user_update_users",
    "core_role_assign_roles",
    "core_role_unassign_roles",
];

/// A running stand-in.
pub(crate) struct Standin {
    pub(crate) port: u16,
    site: Arc<Mutex<Site>>,
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Standin {
    /// A site with these students and nobody else.
    pub(crate) fn start(students: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut site = Site {
            users: Vec::new(),
            roles: BTreeSet::new(),
            capabilities: CAPABILITIES.into(),
            functions: FUNCTIONS.into(),
            database: Database::Postgres,
            max_input_vars: 1000,
            marker_field: Some("firstbell"),
            is_old: false,
            role_is_assignable: true,
            shortest_password: 8,
            mishaps: VecDeque::new(),
            calls: Vec::new(),
            wrong: Vec::new(),
            next_id: 2,
        };
        site.add(User { username: "svc_firstbell".into(), email: "svc@moodle.example.nz".into(), ..User::default() });
        for student in students {
            let name = format!("stu{}", student.to_lowercase());
            site.add(User {
                email: format!("{name}@moodle.example.nz"),
                username: name,
                idnumber: (*student).into(),
                ..User::default()
            });
        }
        let site = Arc::new(Mutex::new(site));
        let stops = Arc::new(AtomicBool::new(false));
        let thread = {
            let (site, stops) = (Arc::clone(&site), Arc::clone(&stops));
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    if stops.load(Ordering::SeqCst) {
                        break;
                    }
                    if let Ok(stream) = stream {
                        serve(&site, stream);
                    }
                }
            })
        };
        Self { port, site, stops, thread: Some(thread) }
    }

    pub(crate) fn site(&self) -> MutexGuard<'_, Site> {
        self.site.lock().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Something goes wrong with the next call of this function.
    pub(crate) fn mishap(&self, function: &'static str, mishap: Mishap) {
        self.site().mishaps.push_back((function, mishap));
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An answer: a body, or an exception by code, or nothing.
enum Reply {
    Json(Value),
    Fault(String),
    Raw(u16, Vec<u8>, Option<&'static str>),
    Silence,
}

fn serve(site: &Mutex<Site>, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() || line.is_empty() {
        return;
    }
    let (mut length, mut is_form) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let header = header.trim_end().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        is_form |= header.contains("application/x-www-form-urlencoded");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut site = site.lock().unwrap();
    if line != "POST /webservice/rest/server.php HTTP/1.1\r\n" || !is_form {
        site.wrong.push(line);
    }
    let reply = site.answer(&String::from_utf8(body).unwrap());
    let (status, bytes, extra) = match reply {
        Reply::Silence => return,
        Reply::Json(value) => (200, escaped(&value).into_bytes(), None),
        Reply::Fault(code) => (200, site.exception(&code).into_bytes(), None),
        Reply::Raw(status, bytes, extra) => (status, bytes, extra),
    };
    let kind = if status == 200 { "application/json" } else { "text/html" };
    let retry = extra.map(|after| format!("Retry-After: {after}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{retry}Transfer-Encoding: chunked\r\nCache-Control: private\r\nConnection: close\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes());
    if !bytes.is_empty() {
        let _ = stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes());
        let _ = stream.write_all(&bytes);
        let _ = stream.write_all(b"\r\n");
    }
    let _ = stream.write_all(b"0\r\n\r\n");
}

/// As Moodle writes JSON: nothing that is not ASCII, and slashes escaped.
fn escaped(value: &Value) -> String {
    let mut text = String::new();
    for unit in value.to_string().encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some('/') => text.push_str("\\/"),
            Some(c) if c.is_ascii() => text.push(c),
            _ => text.extend(["\\u", &format!("{unit:04x}")]),
        }
    }
    text
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

type Rows = BTreeMap<usize, BTreeMap<String, String>>;

/// `users[3][email]` -> row 3, key `email`.
fn rows(list: &str, fields: &[(String, String)]) -> Rows {
    let mut rows = Rows::new();
    for (name, value) in fields {
        let Some(rest) = name.strip_prefix(list).and_then(|rest| rest.strip_prefix('[')) else { continue };
        let (number, key) = rest.split_once("][").unwrap();
        let key = key.trim_end_matches(']').to_owned();
        rows.entry(number.parse().unwrap()).or_default().insert(key, value.clone());
    }
    rows
}

impl Site {
    pub(crate) fn add(&mut self, mut user: User) -> u64 {
        self.next_id += 1;
        user.id = self.next_id;
        if user.auth.is_empty() {
            user.auth = "manual".into();
        }
        if user.first.is_empty() {
            (user.first, user.last) = ("Some".into(), "Body".into());
        }
        self.users.push(user);
        self.next_id
    }

    pub(crate) fn of(&self, idnumber: &str) -> &User {
        self.users.iter().find(|user| user.idnumber == idnumber).unwrap_or_else(|| panic!("no {idnumber}"))
    }

    pub(crate) fn of_mut(&mut self, idnumber: &str) -> &mut User {
        self.users.iter_mut().find(|user| user.idnumber == idnumber).unwrap()
    }

    /// How many different passwords somebody was given.
    pub(crate) fn passwords_of(&self, idnumber: &str) -> usize {
        let users = self.users.iter().filter(|user| user.idnumber == idnumber);
        users.flat_map(|user| user.passwords.iter().collect::<BTreeSet<_>>()).count()
    }

    pub(crate) fn counted(&self, function: &str) -> usize {
        self.calls.iter().filter(|(name, _)| name == function).count()
    }

    fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    fn exception(&self, code: &str) -> String {
        let is_bare = matches!(code, "invalidparameter" | "invalidresponse" | "nopermissions" | "invalidtoken");
        let name = if is_bare && !self.is_old { "core\\exception\\moodle_exception" } else { "moodle_exception" };
        escaped(
            &json!({"exception": name, "errorcode": code, "message": "what Moodle says, perhaps with a Password-1x!", "debuginfo": "the value is \"Password-1x!\""}),
        )
    }

    fn answer(&mut self, body: &str) -> Reply {
        let all: Vec<(String, String)> = body
            .split('&')
            .map(|field| field.split_once('=').unwrap())
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        // PHP keeps the first so many, and says nothing.
        let fields: Vec<(String, String)> = all.into_iter().take(self.max_input_vars).collect();
        let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let function = field("wsfunction").unwrap_or_default();
        self.calls.push((function.clone(), fields.iter().filter(|(name, _)| name != "wstoken").cloned().collect()));
        if field("moodlewsrestformat").as_deref() != Some("json") {
            return Reply::Raw(200, b"<?xml version=\"1.0\"?>".to_vec(), None);
        }
        if field("wstoken").as_deref() != Some(TOKEN) {
            return Reply::Fault("invalidtoken".into());
        }
        if !self.can("webservice/rest:use") || !self.functions.contains(function.as_str()) {
            return Reply::Fault("accessexception".into());
        }
        let at = self.mishaps.iter().position(|(name, _)| *name == function);
        match at.and_then(|at| self.mishaps.remove(at)).map(|(_, mishap)| mishap) {
            None => self.call(&function, &fields, usize::MAX),
            Some(Mishap::CutBefore) => Reply::Silence,
            Some(Mishap::CutAfter) => {
                self.call(&function, &fields, usize::MAX);
                Reply::Silence
            }
            Some(Mishap::CutAfterRows(rows)) => {
                self.call(&function, &fields, rows);
                Reply::Silence
            }
            Some(Mishap::StatusAfter(status)) => {
                self.call(&function, &fields, usize::MAX);
                Reply::Raw(status, b"<html>gateway</html>".to_vec(), None)
            }
            Some(Mishap::StatusBefore(status, after)) => {
                Reply::Raw(status, b"<html>maintenance</html>".to_vec(), after)
            }
            Some(Mishap::Says(bytes)) => Reply::Raw(200, bytes.to_vec(), None),
            Some(Mishap::Code(code)) => Reply::Fault(code.into()),
        }
    }

    fn call(&mut self, function: &str, fields: &[(String, String)], most: usize) -> Reply {
        match function {
            "core_webservice_get_site_info" => {
                let functions: Vec<Value> =
                    self.functions.iter().map(|name| json!({"name": name, "version": "1"})).collect();
                Reply::Json(
                    json!({"sitename": "Kōwhai School", "username": "svc_firstbell", "userid": 3, "release": "4.5.6 (Build: 20250811)", "functions": functions}),
                )
            }
            "core_user_get_users_by_field" => self.look(fields),
            "core_user_create_users" => self.create(&rows("users", fields)),
            "core_user_update_users" => self.update(&rows("users", fields), most),
            "core_role_assign_roles" => self.assign(&rows("assignments", fields), true),
            "core_role_unassign_roles" => self.assign(&rows("unassignments", fields), false),
            _ => Reply::Fault("invalidrecord".into()),
        }
    }

    fn same(&self, one: &str, other: &str) -> bool {
        match self.database {
            Database::Postgres => one == other,
            Database::MariaDb => {
                let fold = |text: &str| {
                    let plain = text.trim_end().to_lowercase();
                    plain.replace(['é', 'è'], "e").replace('ā', "a")
                };
                fold(one) == fold(other)
            }
        }
    }

    fn look(&self, fields: &[(String, String)]) -> Reply {
        let field = fields.iter().find(|(name, _)| name == "field").map(|(_, value)| value.as_str()).unwrap();
        let values: Vec<&str> =
            fields.iter().filter(|(name, _)| name.starts_with("values[")).map(|(_, value)| value.as_str()).collect();
        if values.is_empty() || (field == "username" && values.iter().any(|value| value.to_lowercase() != **value)) {
            return Reply::Fault("invalidparameter".into());
        }
        let hidden = !self.can("moodle/user:viewdetails")
            || (field == "idnumber" && !self.can("moodle/user:viewalldetails"))
            || (field == "email" && !self.can("moodle/site:viewuseridentity"));
        if hidden {
            return Reply::Json(json!([]));
        }
        let has = |user: &User, value: &str| match field {
            "id" => user.id.to_string() == value,
            "idnumber" => !value.is_empty() && self.same(&user.idnumber, value),
            "username" => user.username == value,
            "email" => self.same(&user.email, value),
            _ => panic!("codingerror"),
        };
        let found = self.users.iter().filter(|user| values.iter().any(|value| has(user, value)));
        Reply::Json(found.map(|user| self.shown(user)).collect())
    }

    fn shown(&self, user: &User) -> Value {
        let mut row = json!({"id": user.id, "fullname": format!("{} {}", user.first, user.last), "department": "",
            "firstaccess": user.lastaccess, "lastaccess": user.lastaccess, "auth": user.auth, "suspended": user.suspended,
            "confirmed": true, "lang": "en", "theme": "", "timezone": "99", "mailformat": 1});
        if !self.is_old {
            row["firstname"] = json!(user.first);
            row["lastname"] = json!(user.last);
        }
        if self.can("moodle/user:viewalldetails") {
            row["username"] = json!(user.username);
            if !user.idnumber.is_empty() {
                row["idnumber"] = json!(user.idnumber);
            }
        }
        if self.can("moodle/site:viewuseridentity") {
            row["email"] = json!(user.email);
        }
        if let (Some(field), false) = (self.marker_field, user.marker.is_empty()) {
            row["customfields"] = json!([{"type": "text", "value": user.marker, "displayvalue": user.marker, "name": "Firstbell", "shortname": field}]);
        }
        row
    }

    fn create(&mut self, rows: &Rows) -> Reply {
        if rows
            .values()
            .any(|row| !["username", "firstname", "lastname", "email"].iter().all(|key| row.contains_key(*key)))
        {
            return Reply::Fault("invalidparameter".into());
        }
        if !self.can("moodle/user:create") {
            return Reply::Fault("nopermissions".into());
        }
        let before = self.users.clone();
        let mut answer = Vec::new();
        for row in rows.values() {
            if let Err(code) = self.create_one(row, &mut answer) {
                self.users = before;
                return Reply::Fault(code);
            }
        }
        Reply::Json(Value::Array(answer))
    }

    fn create_one(&mut self, row: &BTreeMap<String, String>, answer: &mut Vec<Value>) -> Result<(), String> {
        let bad = || Err("invalidparameter".to_owned());
        let text = |key: &str| row.get(key).cloned().unwrap_or_default();
        let (username, email, password) = (text("username"), text("email"), text("password"));
        let is_name = username.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.@".contains(c));
        let taken = self.users.iter().any(|user| user.username == username || user.email.eq_ignore_ascii_case(&email));
        if !is_name
            || username.is_empty()
            || taken
            || !email.contains('@')
            || password.is_empty()
            || text("firstname").is_empty()
        {
            return bad();
        }
        if !["", "en", "mi"].contains(&text("lang").as_str()) {
            return bad();
        }
        self.check_password(&password)?;
        let id = self.add(User {
            username: username.clone(),
            idnumber: text("idnumber"),
            email,
            first: text("firstname"),
            last: text("lastname"),
            lang: text("lang"),
            marker: self.marker_of(row),
            forced_change: is_forced(row),
            passwords: vec![password],
            ..User::default()
        });
        answer.push(json!({"id": id, "username": username}));
        Ok(())
    }

    fn marker_of(&self, row: &BTreeMap<String, String>) -> String {
        let is_known = row.get("customfields][0][type").map(String::as_str) == self.marker_field;
        row.get("customfields][0][value").filter(|_| is_known).cloned().unwrap_or_default()
    }

    fn check_password(&self, password: &str) -> Result<(), String> {
        let has = |is_one: fn(char) -> bool| password.chars().any(is_one);
        let is_good = password.len() >= self.shortest_password
            && has(|c| c.is_ascii_digit())
            && has(char::is_lowercase)
            && has(char::is_uppercase)
            && has(|c| !c.is_alphanumeric());
        let html = format!("<div>Passwords must be at least {} characters long.</div>", self.shortest_password);
        if is_good { Ok(()) } else { Err(html) }
    }

    fn update(&mut self, rows: &Rows, most: usize) -> Reply {
        let is_known = |key: &str| {
            key.starts_with("preferences")
                || key.starts_with("customfields")
                || ["id", "password", "firstname", "lastname", "email", "suspended"].contains(&key)
        };
        if rows.values().any(|row| !row.contains_key("id") || !row.keys().all(|key| is_known(key))) {
            return Reply::Fault("invalidparameter".into());
        }
        if !self.can("moodle/user:update") {
            return Reply::Fault("nopermissions".into());
        }
        let (mut warnings, mut is_broken) = (Vec::new(), false);
        for row in rows.values().take(most) {
            let id: u64 = row["id"].parse().unwrap();
            match self.update_one(id, row) {
                Ok(()) => {}
                Err(code) if code.starts_with('<') => is_broken = true,
                Err(code) => warnings.push(json!({"item": "user", "itemid": id, "warningcode": code, "message": "?"})),
            }
        }
        if is_broken { Reply::Fault("invalidresponse".into()) } else { Reply::Json(json!({"warnings": warnings})) }
    }

    fn update_one(&mut self, id: u64, row: &BTreeMap<String, String>) -> Result<(), String> {
        let Some(at) = self.users.iter().position(|user| user.id == id) else { return Err("invaliduserid".into()) };
        if self.users[at].is_admin {
            return Err("usernotupdatedadmin".into());
        }
        if let Some(email) = row.get("email") {
            let is_taken = self.users.iter().any(|user| user.id != id && user.email.eq_ignore_ascii_case(email));
            if is_taken {
                return Err("useremailduplicate".into());
            }
        }
        if let Some(password) = row.get("password") {
            self.check_password(password)?;
        }
        let marker = self.marker_of(row);
        let user = &mut self.users[at];
        let set = |target: &mut String, key: &str| {
            if let Some(value) = row.get(key) {
                value.clone_into(target);
            }
        };
        set(&mut user.email, "email");
        set(&mut user.first, "firstname");
        set(&mut user.last, "lastname");
        if let Some(password) = row.get("password") {
            user.passwords.push(password.clone());
            user.forced_change = is_forced(row);
        }
        if !marker.is_empty() {
            user.marker = marker;
        }
        if let Some(flag) = row.get("suspended") {
            user.suspended = flag == "1";
        }
        Ok(())
    }

    fn assign(&mut self, rows: &Rows, is_assigned: bool) -> Reply {
        let pairs: Vec<(u64, u64)> =
            rows.values().map(|row| (row["userid"].parse().unwrap(), row["instanceid"].parse().unwrap())).collect();
        if !self.can("moodle/role:assign") {
            return Reply::Fault("nopermissions".into());
        }
        let exists = |id: u64| self.users.iter().any(|user| user.id == id);
        if !self.role_is_assignable
            || pairs.iter().any(|(_, child)| !exists(*child))
            || rows.values().any(|row| row["contextlevel"] != "user" || row["roleid"] != "9")
        {
            return Reply::Fault("invalidparameter".into());
        }
        if pairs.iter().any(|(parent, _)| !exists(*parent)) {
            return Reply::Fault("codingerror".into());
        }
        for pair in pairs {
            if is_assigned {
                self.roles.insert(pair);
            } else {
                self.roles.remove(&pair);
            }
        }
        Reply::Json(Value::Null)
    }
}

fn is_forced(row: &BTreeMap<String, String>) -> bool {
    let is_it = row.get("preferences][0][type").is_some_and(|name| name == "auth_forcepasswordchange");
    is_it && row.get("preferences][0][value").is_some_and(|value| value == "1")
}
