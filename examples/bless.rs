//! Writes what is made from the code: `cargo run --example bless`. Tests compare; this puts it right.

use std::io;

use camino::Utf8Path;
use firstbell::command::exit;
use firstbell::command::schema::Name;
use firstbell::{cli, files, rollout};

fn main() -> io::Result<()> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in Name::ALL {
        let schema = format!("{:#}\n", name.schema());
        files::replace(&root.join(format!("schemas/{}.schema.json", name.as_str())), schema.as_bytes())?;
    }
    files::replace(&root.join("docs/commands.md"), cli::commands_page().as_bytes())?;
    files::replace(&root.join("docs/exit-codes.md"), exit::reference_page().as_bytes())?;
    files::replace(&root.join("docs/rollout.md"), rollout::reference_page().as_bytes())
}
