//! The program: hands over to the library's top floor.

use std::process::ExitCode;

fn main() -> ExitCode {
    firstbell::cli::main()
}
