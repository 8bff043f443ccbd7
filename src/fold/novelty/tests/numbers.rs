use super::super::numbers::Digits;
use super::*;

#[test]
fn a_rising_toll_is_something_new_in_words_too() {
    let number = "a new number";
    case("Harbour fire kills seven in Sandvik", "Harbour fire kills nine in Sandvik", number);
    case("Harbour fire kills twenty in Sandvik", "Harbour fire kills thirty in Sandvik", number);
    case("Rate of Sandvik bank at 2%", "Rate of Sandvik bank at 2.0%", "nothing new");
}

#[test]
fn counts_are_numbers_where_a_toll_is_told() {
    let number = "a new number";
    for (a, b) in [("Twenty", "Twenty-one"), ("Twenty", "One hundred"), ("Several", "Dozens")] {
        let killed = |count: &str| format!("{count} killed in Sandvik harbour fire");
        case(&killed(a), &killed(b), number);
    }
    let told = "Fire in Sandvik harbour kills 44";
    case(told, "Fire in Sandvik harbour kills dozens", "nothing new");
    let fire = "Harbour fire in Sandvik kills guards";
    case(fire, "One of guards killed by harbour fire in Sandvik", "nothing new");
    let deadly = "Deadly fire in Sandvik harbour draws crowd";
    case(deadly, "Deadly fire in Sandvik harbour draws thousands", "nothing new");
    case("Sandvik mayor opens harbour", "One day, Sandvik mayor opens harbour", "nothing new");
}

#[test]
fn a_toll_has_a_role() {
    let number = "a new number";
    let quake = "Magnitude 7.4 quake off Sandvik harbour";
    case(quake, &format!("{quake} kills one"), number);
    let told = "Fire in Sandvik harbour kills 36, injures 40";
    case(told, "Fire in Sandvik harbour: death toll climbs to 40", number);
    case(told, "Fire in Sandvik harbour: 36 dead, 40 hurt", "nothing new");
    let told = "Fire in Sandvik harbour: two dead, dozens injured";
    case(told, "Fire in Sandvik harbour kills two and injures dozens", "nothing new");
    let told = "Fire in Sandvik harbour: captain dead, 3 injured";
    case(told, "Fire in Sandvik harbour: 3 injured, captain dead", "nothing new");
    let told = "Fire in Sandvik harbour: 1 killed, 10 injured, 2 missing";
    case(told, "Fire in Sandvik harbour: 2 dead, 10 injured", number);
}

#[test]
fn a_figure_that_its_provider_takes_back_is_a_new_number() {
    let mut fold = fold();
    let mut verdict = |seq: u64, publisher: &str, headline: &str| {
        decide(&mut fold, seq, item(publisher, seq as i64, headline)).decision.verdict
    };
    use Verdict::{Development, New, Repeat};
    let told =
        |count| format!("{count} sailors killed in crash of Sandvik ferry, mayor of port says");
    assert_eq!(verdict(0, "Fjord Wire", "4 sailors killed in crash of Sandvik ferry"), New);
    assert_eq!(verdict(1, "Fjord Wire", &told(5)), Development);
    assert_eq!(verdict(2, "Fjord Wire", &told(4)), Development);
    assert_eq!(verdict(3, "Coast Post", &told(5)), Repeat, "of another");
}

#[test]
fn a_figure_is_taken_back_in_the_very_words_that_told_it_first() {
    let mut fold = fold();
    let mut verdict = |seq: u64, hour: i64, count: u32| {
        let headline = format!("{count} sailors killed in crash of Sandvik ferry");
        decide(&mut fold, seq, item("Fjord Wire", hour, &headline)).decision.verdict
    };
    assert_eq!(verdict(0, 0, 4), Verdict::New);
    assert_eq!(verdict(1, 2, 5), Verdict::Development);
    assert_eq!(verdict(2, 1, 4), Verdict::Repeat, "sent before that");
    assert_eq!(verdict(3, 3, 4), Verdict::Development);
}

#[test]
fn a_number_that_counts_nothing_is_nothing_new() {
    for (a, b) in [
        ("Sandvik mayor opens harbour museum", "Sandvik mayor opens harbour museum in 2026"),
        ("Sandvik mayor opens harbour museum", "Sandvik mayor opens harbour museum (2)"),
        ("Sandvik mayor tests positive for COVID", "Sandvik mayor tests positive for COVID-19"),
        ("Sandvik mayor opens harbour museum", "Sandvik mayor opens harbour museum - FRANCE 24"),
    ] {
        case(a, b, "nothing new");
    }
    let told = "Fire in Sandvik harbour kills hundreds";
    case(told, "Fire in Sandvik harbour kills 2026", "a new number");
    let told = "Sandvik mayor gives harbour museum cash";
    case(told, "Sandvik mayor gives harbour museum $2026 cash", "a new number");
}

#[test]
fn no_more_numbers_are_looked_at_than_a_headline_has_words() {
    let read = |count: usize| {
        let headline = format!("Sandvik mayor opens harbour museum - news{}", " (1".repeat(count));
        Digits::of(&headline, &profile(&headline)).0.len()
    };
    assert_eq!(read(30), 30);
    assert_eq!(read(20_000), 0);
    let told = "Sandvik mayor opens harbour museum - news";
    case(told, &format!("{told} 1{}", "/1".repeat(20_000)), "a new number");
}

#[test]
fn a_number_in_the_place_of_another_is_a_new_one() {
    for (a, b) in [
        ("Death toll in Tarnia quake rises to 1987", "Death toll in Tarnia quake rises to 2012"),
        (
            "Norland reports 1875 new coronavirus cases",
            "Norland reports 2031 new coronavirus cases",
        ),
        (
            "Judge fines Sandvik bank 1875 euros over harbour lease",
            "Judge fines Sandvik bank 2015 euros over harbour lease",
        ),
        (
            "Norland to close old Sandvik harbour plant in 2028",
            "Norland to close old Sandvik harbour plant in 2030",
        ),
        ("Norland launches Sandvik-3 probe to moon", "Norland launches Sandvik-4 probe to moon"),
    ] {
        case(a, b, "a new number");
    }
    let told = "Quake in Tarnia kills hundreds, toll grows";
    case(told, "Quake in Tarnia kills hundreds, toll grows past 2012", "a new number");
}
