//! Checks that shipped files have no faults that static checks find.

#[test]
fn the_files_are_good() {
    assert_eq!(super::faults_of_files().unwrap(), [""; 0]);
}
