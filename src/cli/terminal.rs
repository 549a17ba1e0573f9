//! The terminal: its width, the question before an apply, the progress bar, Ctrl-C.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::command::exit::Exit;
use crate::edge::{Step, Watch};

/// Columns of the terminal, where the answer goes to one.
pub(super) fn width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Asks; only `yes` is yes.
pub(super) fn ask(question: &str) -> bool {
    let mut err = io::stderr();
    let _ = write!(err, "{question}");
    let _ = err.flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).is_ok() && answer.trim().eq_ignore_ascii_case("yes")
}

/// A second Ctrl-C sooner than this is the first one's echo: some runners send two.
const IMPATIENT: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "how long ago a key was pressed is no time of the record")]
fn pressed() -> Instant {
    Instant::now()
}

/// Shows progress on standard error: a bar on a terminal, plain lines elsewhere.
pub(super) struct TerminalWatch {
    is_terminal: bool,
    bar: Option<ProgressBar>,
    total: usize,
    finished: usize,
    interrupted: Arc<AtomicBool>,
}

impl TerminalWatch {
    pub(super) fn new(is_terminal: bool) -> Self {
        Self { is_terminal, bar: None, total: 0, finished: 0, interrupted: Arc::new(AtomicBool::new(false)) }
    }

    /// From here on Ctrl-C asks to stop instead of killing. A mail server may be silent for ten minutes after a letter: a second one
    /// ends it at once, like a power cut.
    fn listen(&self) {
        let flag = Arc::clone(&self.interrupted);
        let mut asked = pressed();
        // Where the handler can't be set, Ctrl-C kills: the record is then settled by the next run.
        let _ = ctrlc::set_handler(move || {
            if !flag.swap(true, Ordering::SeqCst) {
                asked = pressed();
                let _ = writeln!(
                    io::stderr(),
                    "\nStopping: what is in flight is settled first. Once more ends it at once; a letter that is on its way may then go \
                     out twice."
                );
            } else if asked.elapsed() >= IMPATIENT {
                let _ = writeln!(io::stderr(), "Ended at once; the next `firstbell apply` settles what was in flight.");
                // Whatever else there is to do waits for a server.
                std::process::exit(Exit::Interrupted.code().into());
            }
        });
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => {
                let _ = writeln!(io::stderr(), "{text}");
            }
        }
    }

    fn begin(&mut self, total: usize) {
        self.listen();
        (self.total, self.finished) = (total, 0);
        if !self.is_terminal || total == 0 {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len}  {eta} left  {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        self.bar = Some(bar);
    }
}

impl Watch for TerminalWatch {
    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Begin { total } => self.begin(total),
            Step::Finished { caregiver, result, is_done } => {
                self.finished += 1;
                if !is_done {
                    self.line(&format!("! {caregiver}: {result}"));
                }
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                } else if self.finished.is_multiple_of(100) {
                    self.line(&format!("{}/{}", self.finished, self.total));
                }
            }
            Step::Intent { .. } | Step::Settled { .. } => {}
            Step::Note(text) => self.line(text),
            Step::End => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }
}
