//! Names of accounts to be: free, the same for the same inputs, and never taken from somebody.

use crate::plan::Act;

use super::{Account, Carrier, School, YEAR_7, account, acts, symbols};

fn username(school: &School, id: &str) -> String {
    match &acts(&school.plan(), id)[..] {
        [Act::Create { username, .. }] => username.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn people_of_one_name_get_numbers_in_the_order_of_their_ids() {
    let rows = "C2,Mere,Tamihana,b@example.nz,S2,7,yes,\nC1,Mērē,TAMIHANA,a@example.nz,S1,7,yes,\n";
    let school = School::new(YEAR_7, rows);
    assert_eq!(["C1", "C2"].map(|id| username(&school, id)), ["mere.tamihana", "mere.tamihana2"]);
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let mut school = School::new(YEAR_7, super::MERE);
    school.accounts = vec![account("C8", "Mere.Tamihana", ""), account("C9", "mere.tamihana2", "")];
    assert_eq!(username(&school, "C1"), "mere.tamihana3");
}

/// Ids are told apart by case, names of accounts are not.
#[test]
fn an_account_without_an_id_is_theirs_whose_id_is_its_name_exactly() {
    let rows = "u77,Mere,Tamihana,a@example.nz,S1,7,yes,\nU77,Ana,Reid,b@example.nz,S2,7,yes,\n";
    let nameless = || Account { caregiver: None, ..account("x", "u77", "") };
    let mut school = School::new(YEAR_7, rows);
    school.lms.carrier = Carrier::Person { has_letters: true };
    school.accounts = vec![nameless()];
    let plan = school.plan();
    assert_eq!(["u77", "U77"].map(|id| symbols(&plan, id)), ["*~", "+"]);
    let mut alone = School::new(YEAR_7, "U77,Ana,Reid,b@example.nz,S2,7,yes,\n");
    alone.lms.carrier = Carrier::Person { has_letters: true };
    alone.accounts = vec![nameless()];
    assert_eq!(symbols(&alone.plan(), "U77"), "*~", "nobody else can be meant");
}
