//! Writes what is made from the code: `cargo run --example bless`. Tests compare; this puts it right.

use std::io;

use camino::Utf8Path;
use firstbell::command::exit;
use firstbell::{cli, files, report, rollout};

fn main() -> io::Result<()> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = format!("{:#}\n", rollout::schema());
    files::replace(&root.join("schemas/rollout.schema.json"), schema.as_bytes())?;
    let schema = format!("{:#}\n", report::plan_schema());
    files::replace(&root.join("schemas/plan.schema.json"), schema.as_bytes())?;
    let schema = format!("{:#}\n", report::roster_schema());
    files::replace(&root.join("schemas/roster.schema.json"), schema.as_bytes())?;
    files::replace(&root.join("docs/commands.md"), cli::commands_page().as_bytes())?;
    files::replace(&root.join("docs/exit-codes.md"), exit::reference_page().as_bytes())?;
    files::replace(&root.join("docs/rollout.md"), rollout::reference_page().as_bytes())
}
