//! The letters that `init` puts into a new project: English and te reo Māori.

macro_rules! letter {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("default/", $path)))),*]
    };
}

/// The files, each with its path below `letters/`.
pub fn default_letters() -> &'static [(&'static str, &'static str)] {
    letter![
        "welcome.en/subject.txt",
        "welcome.en/body.txt",
        "welcome.en/body.html",
        "welcome.mi/subject.txt",
        "welcome.mi/body.txt",
        "welcome.mi/body.html",
    ]
}
