//! A changed value as an inline diff: `rangi@[-xtra-]{+mail+}.example`. The only file that names `similar`.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::paint::{Paint, Tone};

/// Old and new in one line.
pub(super) fn inline(old: &str, new: &str, paint: Paint) -> String {
    let (old, new) = (pieces(old), pieces(new));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    ops.iter().map(|op| shown(op, &old, &new, paint)).collect()
}

fn shown(op: &DiffOp, old: &[&str], new: &[&str], paint: Paint) -> String {
    let gone = || paint.dress(Tone::Danger, &format!("[-{}-]", old[op.old_range()].concat()));
    let come = || paint.dress(Tone::Good, &format!("{{+{}+}}", new[op.new_range()].concat()));
    match op {
        DiffOp::Equal { .. } => old[op.old_range()].concat(),
        DiffOp::Delete { .. } => gone(),
        DiffOp::Insert { .. } => come(),
        DiffOp::Replace { .. } => gone() + &come(),
    }
}

/// Words, and every other character by itself: a diff of single letters is not readable.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, char) in text.char_indices() {
        if !char.is_alphanumeric() {
            pieces.extend([&text[begin..at], &text[at..at + char.len_utf8()]]);
            begin = at + char.len_utf8();
        }
    }
    pieces.push(&text[begin..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(old: &str, new: &str) -> String {
        inline(old, new, Paint::new(false))
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        assert_eq!(plain("rangi@xtra.example", "rangi@mail.example"), "rangi@[-xtra-]{+mail+}.example");
        assert_eq!(plain("Hone Tui", "Hōne Tūī"), "[-Hone-]{+Hōne+} [-Tui-]{+Tūī+}");
    }

    #[test]
    fn from_nothing_and_to_nothing() {
        assert_eq!(plain("", "a@example.nz"), "{+a@example.nz+}");
        assert_eq!(plain("a", ""), "[-a-]");
        assert_eq!(plain("", ""), "");
    }

    #[test]
    fn colours_surround_what_changes() {
        let text = inline("a@x.nz", "a@y.nz", Paint::new(true));
        assert_eq!(text, "a@\u{1b}[1m\u{1b}[31m[-x-]\u{1b}[0m\u{1b}[32m{+y+}\u{1b}[0m.nz");
    }
}
