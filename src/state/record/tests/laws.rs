//! Laws: whatever entries come in whatever order, the store takes and refuses what a few lines of plain Rust do, loads
//! what they hold, and never says twice that one password was set.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::activation::{ActivationStage, LetterStage};

const CAREGIVERS: [&str; 2] = ["C1", "C2"];

/// One thing to try on (caregiver, activation, letter).
#[derive(Clone, Copy, Debug, PartialEq)]
enum Try {
    Prepare,
    Setting,
    Set,
    Refused,
    Unknown,
    Void,
    Adopt,
    Resolve(bool),
    AnotherLetter,
    Sending,
    Sent,
    Rejected,
    Deferred,
    LetterUnknown,
}

const TRIES: [Try; 15] = [
    Try::Prepare,
    Try::Setting,
    Try::Set,
    Try::Refused,
    Try::Unknown,
    Try::Void,
    Try::Adopt,
    Try::Resolve(true),
    Try::Resolve(false),
    Try::AnotherLetter,
    Try::Sending,
    Try::Sent,
    Try::Rejected,
    Try::Deferred,
    Try::LetterUnknown,
];

fn entry(what: Try, who: &str, number: u32, letter: u32, key: u128) -> Entry {
    match what {
        Try::Prepare => prepared_with(who, number, key),
        Try::Setting => setting(who, number),
        Try::Set => set(who, number),
        Try::Refused => reset_refused(who, number),
        Try::Unknown => reset_unknown(who, number),
        Try::Void => voided(who, number),
        Try::Adopt => adopted(who),
        Try::Resolve(was_set) => resolved(who, number, was_set),
        Try::AnotherLetter => another_letter(who, number, letter),
        Try::Sending => sending(who, number, letter),
        Try::Sent => sent(who, number, letter),
        Try::Rejected => rejected(who, number, letter),
        Try::Deferred => deferred(who, number, letter),
        Try::LetterUnknown => letter_unknown(who, number, letter),
    }
}

/// One activation, in plain Rust.
#[derive(Clone)]
struct Held {
    stage: ActivationStage,
    key: u128,
    /// The letters' stages and attempts, the first first.
    letters: Vec<(LetterStage, u32)>,
    is_sealed: bool,
    times_set: u32,
}

#[derive(Clone, Default)]
struct Model(BTreeMap<(&'static str, u32), Held>);

impl Model {
    /// Takes it and says so, or leaves everything as it was.
    fn attempt(&mut self, what: Try, who: &'static str, number: u32, letter: u32, key: u128) -> bool {
        match what {
            Try::Prepare => self.take_number(who, number, ActivationStage::Prepared, key),
            Try::Adopt => self.take_number(who, 1, ActivationStage::Adopted, 99),
            _ => {
                let is_taken = self.0.get_mut(&(who, number)).is_some_and(|held| held.attempt(what, letter));
                if let (true, Try::Setting, Some(before)) = (is_taken, what, self.0.get_mut(&(who, number - 1))) {
                    // The password before is of no use any more.
                    before.is_sealed = false;
                }
                is_taken
            }
        }
    }

    fn take_number(&mut self, who: &'static str, number: u32, stage: ActivationStage, key: u128) -> bool {
        let is_free = match self.0.get(&(who, number)) {
            None => true,
            Some(held) => ["prepared", "refused", "voided"].contains(&held.stage.as_str()),
        };
        let follows = number == 1
            || self.0.get(&(who, number - 1)).is_some_and(|before| ["set", "adopted"].contains(&before.stage.as_str()));
        if !is_free || !follows {
            return false;
        }
        let is_sealed = stage == ActivationStage::Prepared;
        let letters = if is_sealed { vec![(LetterStage::Prepared, 0)] } else { vec![] };
        self.0.insert((who, number), Held { stage, key, letters, is_sealed, times_set: 0 });
        true
    }
}

impl Held {
    fn attempt(&mut self, what: Try, letter: u32) -> bool {
        let stage = self.stage.as_str();
        let is_asked = stage == "setting" || stage == "reset-unknown";
        match what {
            Try::Setting if stage == "prepared" || stage == "setting" => self.go(ActivationStage::Setting),
            Try::Set | Try::Resolve(true) if is_asked => {
                self.times_set += 1;
                self.go(ActivationStage::Set)
            }
            Try::Refused | Try::Resolve(false) if is_asked => self.give_up(ActivationStage::Refused),
            Try::Unknown if is_asked => self.go(ActivationStage::ResetUnknown),
            Try::Void if stage == "prepared" => self.give_up(ActivationStage::Voided),
            Try::AnotherLetter if self.is_sealed && letter as usize == self.letters.len() + 1 => self.another(),
            _ if stage == "set" && letter as usize == self.letters.len() => self.attempt_letter(what),
            _ => false,
        }
    }

    fn go(&mut self, stage: ActivationStage) -> bool {
        self.stage = stage;
        true
    }

    fn give_up(&mut self, stage: ActivationStage) -> bool {
        self.is_sealed = false;
        for letter in &mut self.letters {
            if letter.0 == LetterStage::Prepared {
                letter.0 = LetterStage::Replaced;
            }
        }
        self.go(stage)
    }

    fn another(&mut self) -> bool {
        let Some(last) = self.letters.last_mut() else { return false };
        match last.0 {
            LetterStage::Prepared => last.0 = LetterStage::Replaced,
            LetterStage::Rejected => {}
            _ => return false,
        }
        self.letters.push((LetterStage::Prepared, 0));
        true
    }

    fn attempt_letter(&mut self, what: Try) -> bool {
        let Some(last) = self.letters.last_mut() else { return false };
        let is_out = matches!(last.0, LetterStage::Sending | LetterStage::Unknown);
        match what {
            Try::Sending if is_out || last.0 == LetterStage::Prepared => {
                *last = (LetterStage::Sending, last.1 + 1);
            }
            Try::Sent if is_out => {
                last.0 = LetterStage::Sent;
                self.is_sealed = false;
            }
            Try::Rejected if is_out || last.0 == LetterStage::Prepared => last.0 = LetterStage::Rejected,
            Try::Deferred if is_out || last.0 == LetterStage::Rejected => last.0 = LetterStage::Prepared,
            Try::LetterUnknown if is_out => last.0 = LetterStage::Unknown,
            _ => return false,
        }
        true
    }
}

/// What is loaded, against the model.
fn compare(store: &mut Store, model: &Model) {
    let loaded = store.load().unwrap();
    for who in CAREGIVERS {
        // What was given up does not count, nor what was only prepared or refused behind another.
        let of_them = model.0.iter().filter(|((id, number), held)| {
            let is_nothing = matches!(held.stage, ActivationStage::Prepared | ActivationStage::Refused) && *number > 1;
            *id == who && held.stage != ActivationStage::Voided && !is_nothing
        });
        let of_them: Vec<_> = of_them.collect();
        let Some((((_, number), held), earlier)) = of_them.split_last() else {
            assert!(!loaded.histories.contains_key(who));
            continue;
        };
        let history = &loaded.histories[who];
        assert_eq!((history.number.0, history.key.0, history.stage), (*number, held.key, held.stage));
        assert_eq!(history.has_secret, held.is_sealed);
        let letter = history.letter.as_ref().map(|letter| (letter.number.0 as usize, (letter.stage, letter.attempts)));
        assert_eq!(letter, held.letters.last().map(|last| (held.letters.len(), *last)));
        let keys: Vec<u128> = loaded.earlier_keys(who).iter().map(|key| key.0).collect();
        assert_eq!(keys, earlier.iter().map(|(_, held)| held.key).collect::<Vec<_>>());
        let sealed = store.sealed(&who.into(), history.number).unwrap();
        let is_sealed = sealed.is_some_and(|sealed| sealed.password.is_some() && sealed.letter.is_some());
        assert_eq!(is_sealed, held.is_sealed);
    }
    assert!(model.0.values().all(|held| held.times_set <= 1), "the model itself sets twice");
    let verified = store.verify().unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
    assert_eq!(Some(verified.head), loaded.position.map(|position| position.head));
}

fn tries() -> impl Strategy<Value = Vec<(Try, &'static str, u32, u32)>> {
    // Mostly the first of everything, or hardly a letter would ever be sent.
    let number = prop_oneof![4 => Just(1u32), 1 => Just(2u32), 1 => Just(3u32)];
    let letter = prop_oneof![3 => Just(1u32), 2 => Just(2u32), 1 => Just(3u32)];
    proptest::collection::vec((select(&TRIES[..]), select(&CAREGIVERS[..]), number, letter), 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_plain_model_does(tries in tries()) {
        let place = place();
        let mut store = begun(&place);
        let mut model = Model::default();
        for (key, (what, who, number, letter)) in (1..).zip(tries) {
            let is_taken = commit(&mut store, 1, vec![entry(what, who, number, letter, key)]).is_ok();
            assert_eq!(is_taken, model.attempt(what, who, number, letter, key), "{what:?} {who} {number} {letter}");
        }
        compare(&mut store, &model);
        drop(store);
        compare(&mut place.open().unwrap(), &model);
    }

    #[test]
    fn a_commit_of_many_is_the_many_or_nothing(tries in tries()) {
        let place = place();
        let mut store = begun(&place);
        let mut model = Model::default();
        for (turn, group) in (1u128..).zip(tries.chunks(3)) {
            let mut after = model.clone();
            let is_taken = group.iter().all(|(what, who, number, letter)| after.attempt(*what, who, *number, *letter, turn));
            let entries = group.iter().map(|(what, who, number, letter)| entry(*what, who, *number, *letter, turn));
            assert_eq!(commit(&mut store, 1, entries.collect()).is_ok(), is_taken, "{group:?}");
            if is_taken {
                model = after;
            }
        }
        compare(&mut store, &model);
    }
}
