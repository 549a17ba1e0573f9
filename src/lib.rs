//! firstbell rolls out parent accounts, cohort by cohort, and never resets a parent twice.
//!
//! It is a program; this library is its inside. What the school wants (`rollout.yaml` and the roster), what is recorded
//! (the state) and what the LMS says now become a **plan**, and a plan is carried out. This page is the map;
//! `ARCHITECTURE.md` says why things are so, and tells three walkthroughs.
//!
//! # The pipeline
//!
//! ```text
//!  roster export   rollout.yaml         state           LMS
//!       |               |                 |              |
//!  roster::read    rollout::read   StateStore::load  LmsRead::observe    reading
//!       \_______________/                 |              |
//!            desired                  recorded       observed
//!               \__________________________|______________/
//!                                          |
//!                                reconcile::reconcile                    pure
//!                                          |
//!                                     plan::Plan ------> report          text, JSON
//!                                          |
//!                                     apply::apply                       the only place with effects
//!                                          |
//!                  LmsWrite . MailTransport . StateStore . RunMark
//! ```
//!
//! [`command::plan`] goes down to the plan and holds only what can read; [`command::apply`] goes the whole way.
//!
//! # The floors
//!
//! A module imports from floors below its own. `tests/it/tidy.rs` reads the `use` lines and fails on a breach.
//!
//! | floor | modules | |
//! | ---: | --- | --- |
//! | 10 | [`cli`] | arguments, environment, clock, chance, terminal, exit code |
//! | 9 | [`command`] | one thin file for each command |
//! | 8 | [`report`] | a plan, a status, a record as people and programs read them |
//! | 7 | [`lms`] [`mail`] [`state`] | the drivers: sandbox, Ultranet and Moodle, outbox and SMTP, SQLite |
//! | 6 | [`apply`] | carries a plan out: intend, do, record |
//! | 5 | [`edge`] | the doors to the outside, as traits |
//! | 4 | [`reconcile`] [`letter`] | desired x recorded x observed to a plan; templates to the exact bytes |
//! | 3 | [`plan`] | the plan as a value |
//! | 2 | [`roster`] [`rollout`] | the two documents that people hand us |
//! | 1 | [`model`] [`diagnostic`] [`files`] [`both`](mod@both) | nouns; problems with places; the one place that touches files; two pieces of work at once |
//!
//! Up to floor 4 nothing reads a clock, chance, the environment or a network.
//!
//! # Files on disk
//!
//! | file | what | who writes it | in version control |
//! | --- | --- | --- | --- |
//! | `rollout.yaml` | what the school wants | people, [`rollout`] reads it | yes |
//! | `rollout.schema.json` | for editors | `init`, from the types of [`rollout`] | yes |
//! | `letters/NAME.LANGUAGE/` | the templates of a letter | people, [`letter`] reads them | yes |
//! | `roster/` | the SMS export | the SMS, [`roster`] reads it | no |
//! | `rollout.lock` | how far the state has come, without a name | [`state::rollout_lock`] | yes |
//! | `state/firstbell.db`, or a database | what was done to whom | [`state::record`] | no |
//! | `state/firstbell.db.lock` | who is running | [`state::run_lock`] | no |
//! | `state/firstbell.db.lineage` | the name of a state to be, until the first run | [`command::plan`] with `-o` | no |
//! | `state/lms.json`, `state/lms.json.effects.jsonl` | the sandbox, an LMS in a file, and every effect on it | [`lms::sandbox`] | no |
//! | `ultranet-export.csv` | Ultranet's users, exported by a person | [`lms::ultranet`] reads it | no |
//! | `handover/` | what a person imports, with passwords in clear until it is confirmed | [`apply`], through [`lms::ultranet`] | no |
//! | `outbox/` | a file for each letter, with the password in clear | [`mail`] | no |
//! | `~/.config/firstbell/key` | the key that seals passwords until they are sent | [`command::apply`], or `FIRSTBELL_KEY` | never |

pub mod apply;
pub mod both;
pub mod cli;
pub mod command;
pub mod diagnostic;
pub mod edge;
pub mod files;
pub mod letter;
pub mod lms;
pub mod mail;
pub mod model;
pub mod plan;
pub mod reconcile;
pub mod report;
pub mod rollout;
pub mod roster;
pub mod state;
