//! Which file system a folder lies on, as the operating system's table of mounts has it.

use camino::Utf8Path;

/// The kind of file system (`ext4`), where the table tells. The last and longest mount above a path is the one that counts.
pub(super) fn file_system(path: &Utf8Path, mounts: &str) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut fields = line.split(' ');
        let (Some(_), Some(point), Some(kind)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let point = unescaped(point);
        if path.starts_with(&point) && best.is_none_or(|(length, _)| point.len() >= length) {
            best = Some((point.len(), kind));
        }
    }
    best.map(|(_, kind)| kind.to_owned())
}

/// Blanks stand in the table as `\040`.
fn unescaped(point: &str) -> String {
    point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str =
        "overlay / overlay rw 0 0\n/dev/sda1 /home ext4 rw 0 0\ntmpfs /home/my\\040disk tmpfs rw 0 0\n";

    #[test]
    fn the_nearest_mount_above_the_folder_counts() {
        let kind = |path: &str| file_system(Utf8Path::new(path), MOUNTS);
        assert_eq!(kind("/home/mere/x").as_deref(), Some("ext4"));
        assert_eq!(kind("/home/my disk/x").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/homes").as_deref(), Some("overlay"));
        assert_eq!(file_system(Utf8Path::new("/x"), ""), None);
    }
}
