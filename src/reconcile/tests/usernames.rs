//! Names of accounts to be: free, the same for the same inputs, and never taken from somebody.

use crate::plan::Act;

use super::{School, YEAR_7, account, acts};

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
