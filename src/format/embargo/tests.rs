use jiff::tz::TimeZone;

use super::*;

/// Thursday 8 September 2016 at noon in London.
fn dates() -> Dates {
    let received: Timestamp = "2016-09-08T12:00:00+01:00".parse().unwrap();
    Dates { zone: TimeZone::get("Europe/London").unwrap(), received, day_first: true }
}

/// The end and the marker that a note to editors gives.
fn read(line: &str) -> (Option<String>, bool) {
    let dates = dates();
    let mut item = Item {
        headline: "Study finds link".to_owned(),
        ednote: Some(line.to_owned()),
        versioncreated: Some(dates.received),
        ..Item::default()
    };
    add(&mut item, &dates);
    let until = item.embargoed.map(|at| at.to_string());
    (until, item.markers.contains(&Marker::Embargoed))
}

#[track_caller]
fn until(line: &str, expected: &str) {
    assert_eq!(read(line), (Some(expected.to_owned()), false), "{line:?}");
}

#[test]
fn whole_dates_are_read_in_the_ways_agencies_write_them() {
    until("EMBARGOED UNTIL 00:01 GMT FRIDAY 9 SEPTEMBER 2016", "2016-09-09T00:01:00Z");
    until("Embargoed to 0001 Friday September 9", "2016-09-08T23:01:00Z");
    until("NOT FOR RELEASE BEFORE 6:00 p.m. EDT, September 9, 2016.", "2016-09-09T22:00:00Z");
    until("Embargo: 2016-09-10T06:00:00Z", "2016-09-10T06:00:00Z");
    until("EMBARGOED UNTIL 6 p.m. ET FRIDAY", "2016-09-09T22:00:00Z");
    until("Sperrfrist: 10. September 2016, 12.00 Uhr", "2016-09-10T11:00:00Z");
    until("*** HOLD FOR RELEASE UNTIL 0500 GMT Sept 10 ***", "2016-09-10T05:00:00Z");
    until("Sperrfrist: 10.09.2016 12.00 Uhr", "2016-09-10T11:00:00Z");
}

#[test]
fn a_time_of_day_is_the_next_one_and_a_weekday_the_next_such_day() {
    until("EMBARGOED TO 0001", "2016-09-08T23:01:00Z");
    until("EMBARGOED UNTIL 1800 GMT", "2016-09-08T18:00:00Z");
    until("Embargoed until 0001 GMT Monday", "2016-09-12T00:01:00Z");
    until("EMBARGOED FOR RELEASE UNTIL NOON FRIDAY", "2016-09-09T11:00:00Z");
}

#[test]
fn the_day_may_come_first_and_in_other_languages() {
    until("Embargoed until Monday, 12 September 2016, 00:01 GMT", "2016-09-12T00:01:00Z");
    until("Embargoed until noon Friday", "2016-09-09T11:00:00Z");
    until("Under embargo until Sunday, Sept. 11, 12:01 a.m. ET", "2016-09-11T04:01:00Z");
    until("Sperrfrist: Montag, 12. September 2016, 6.00 Uhr", "2016-09-12T05:00:00Z");
    until("Sperrfrist Montag 06.00 Uhr", "2016-09-12T05:00:00Z");
    until("Sous embargo jusqu’au lundi 12 septembre 2016 à 6h00", "2016-09-12T05:00:00Z");
    until("Embargo jusqu'à lundi 6h00", "2016-09-12T05:00:00Z");
    until("EMBARGO HASTA LAS 06:00 DEL LUNES", "2016-09-12T05:00:00Z");
    until("Embargado hasta el 12 de septiembre de 2016 a las 06:00", "2016-09-12T05:00:00Z");
    until("Embargo fino alle 06.00 del 12 settembre 2016", "2016-09-12T05:00:00Z");
    until("Эмбарго до 06:00 12 сентября 2016", "2016-09-12T05:00:00Z");
    until("EMBARGOED UNTIL MONDAY", "2016-09-11T23:00:00Z");
}

#[test]
fn hours_are_read_however_they_are_written() {
    until("(Sperrfrist: 12.09.16, 6 Uhr)", "2016-09-12T05:00:00Z");
    until("SOUS EMBARGO JUSQU'AU 12 SEPTEMBRE 2016 A 06H00 GMT", "2016-09-12T06:00:00Z");
    until("EMBARGOED UNTIL 2300 GMT", "2016-09-08T23:00:00Z");
    until("EMBARGOED UNTIL 2030 GMT SEPT 11", "2016-09-11T20:30:00Z");
    until("EMBARGOED UNTIL SEPT 11 2030 GMT", "2016-09-11T20:30:00Z");
    until("EMBARGOED UNTIL 12.01AM MONDAY", "2016-09-11T23:01:00Z");
    until("EMBARGOED UNTIL 12 NOON MONDAY", "2016-09-12T11:00:00Z");
    until("EMBARGOED UNTIL 0001 TOMORROW", "2016-09-08T23:01:00Z");
    until("Embargoed until 12:01 a.m. EDT (0401 GMT), Sunday, Sept. 11", "2016-09-11T04:01:00Z");
}

#[test]
fn signs_and_words_may_stand_around_it() {
    until("[EMBARGOED UNTIL 0001 GMT MONDAY]", "2016-09-12T00:01:00Z");
    until("*EMBARGOED* until 0001 GMT Monday", "2016-09-12T00:01:00Z");
    until("STRICTLY EMBARGOED UNTIL 00:01 GMT 12 SEPTEMBER 2016", "2016-09-12T00:01:00Z");
    until("STRICT EMBARGO: 0001 GMT 12 September 2016", "2016-09-12T00:01:00Z");
    until("NOT FOR PUBLICATION UNTIL 0001 GMT MONDAY", "2016-09-12T00:01:00Z");
    until("Adds detail. Embargoed until 0001 GMT Sept 12.", "2016-09-12T00:01:00Z");
    until("Achtung: Sperrfrist 12. September 2016 06.00 Uhr", "2016-09-12T05:00:00Z");
    until("This story is embargoed for release at 6 p.m. EDT Sept 11", "2016-09-11T22:00:00Z");
    until("HOLD UNTIL 0001 GMT MONDAY. Adds quotes in para 3", "2016-09-12T00:01:00Z");
    until("For release Sunday, Sept. 11, and thereafter", "2016-09-10T23:00:00Z");
}

#[test]
fn an_end_that_cannot_be_read_leaves_the_marker() {
    for line in [
        "EMBARGOED UNTIL THE SPEECH BEGINS",
        "Embargoed until the speech begins",
        "EMBARGOED: check against delivery",
        "Achtung Sperrfrist!",
        // On a Thursday, of which week?
        "EMBARGOED UNTIL THURSDAY",
    ] {
        assert_eq!(read(line), (None, true), "{line:?}");
    }
}

#[test]
fn what_was_read_of_a_time_is_not_its_end_if_more_was_said() {
    for line in [
        "EMBARGOED UNTIL 6 p.m. Lima time Monday",
        "Embargoed until Monday afternoon",
        "EMBARGO HASTA LAS 06:00 DEL LUNES 19",
        "Embargoed until 12 September 2016 around 6",
    ] {
        assert_eq!(read(line), (None, true), "{line:?}");
    }
}

#[test]
fn embargoes_that_are_news_are_none() {
    for line in [
        "Embargo on arms lifted, trade resumes",
        "Embargoed goods found in port",
        "The embargo until 2014 hurt exports",
        "For release at last: a lost film",
        "Adds quotes.",
        "Adds reaction to oil embargo, 3rd para",
        "Embargo may end Monday, minister says",
        "EMBARGO LIFTED",
        "Embargo on this story lifted at 1000 GMT",
    ] {
        assert_eq!(read(line), (None, false), "{line:?}");
    }
}

#[test]
fn headlines_that_tell_of_embargoes_are_news() {
    for headline in [
        "Embargo until 2030 urged by ministers",
        "EMBARGO TO 2030 URGED BY MPS",
        "EMBARGO TO END, MINISTER SAYS",
        "EMBARGO TO NORLAND EXTENDED",
        "EMBARGO: WHAT IT MEANS FOR TRADE",
        "Embargo: 5 things to know",
        "Embargo: 2016 in review",
        "Embargo until 12 September agreed by ministers",
        "EMBARGO UNTIL MONDAY AGREED BY MINISTERS",
        "Embargoed at the port, ship waits",
        "Embargoed Friday, oil flows again",
        "Embargo jusqu'à la fin de la guerre",
        "Sperrfrist für Umfragen endet",
        "SPERRFRIST FÜR UMFRAGEN ENDET",
        "For use in war: a drone of cardboard",
        "Not for release until they pay, hostages told",
        "Norland lifts embargo until Monday",
        "Arms embargo: 0001 reasons",
        "Hold until 2030, analysts say of shares",
    ] {
        let dates = dates();
        let mut item = Item { headline: headline.to_owned(), ..Item::default() };
        add(&mut item, &dates);
        assert_eq!((item.embargoed, item.markers.len()), (None, 0), "{headline:?}");
    }
    let mut item = Item { headline: "EMBARGO: Study finds link".to_owned(), ..Item::default() };
    add(&mut item, &dates());
    assert_eq!(item.markers, [Marker::Embargoed]);
}

#[test]
fn any_number_of_openings_is_read_at_once() {
    for text in ["embargo 1 ", "EMBARGO: "] {
        let text = text.repeat(100_000);
        let lines = text.replace(' ', "\n");
        for note in [format!("{text}embargo"), format!("A {text}"), lines] {
            read(&note);
            let mut item = Item { headline: note, ..Item::default() };
            add(&mut item, &dates());
        }
    }
}

#[test]
fn embargoes_that_are_over_hold_nothing() {
    for line in [
        "Embargo: none",
        "Embargo: No",
        "Embargo: n/a",
        "EMBARGO: lifted. Adds 3 quotes",
        "Embargo: expired",
        "Sperrfrist: keine",
        "Sperrfrist: sofort frei",
        "EMBARGO: FOR IMMEDIATE RELEASE",
        "Embargoed for release immediately",
        "Story was embargoed until 0001 GMT Wednesday",
        "Had been strictly embargoed until 0001 GMT Wednesday",
        "Previously embargoed until 0001 GMT.",
        "No longer embargoed until Monday; released",
        "Embargo until 0001 GMT Monday now lifted",
    ] {
        assert_eq!(read(line), (None, false), "{line:?}");
    }
}

#[test]
fn words_of_an_end_do_not_end_an_embargo_to_come() {
    for line in [
        "EMBARGOED UNTIL RELEASED",
        "Embargo until lifted",
        "Not for publication until released by the ministry",
        "Embargo: no use before the vote",
        "EMBARGO: none of it before the vote",
        "Sperrfrist: frei ab Montag 6 Uhr",
        "Embargo: lifted Monday",
    ] {
        assert_eq!(read(line), (None, true), "{line:?}");
    }
    for line in [
        "This story has been embargoed until 0001 GMT Monday",
        "The report was leaked. Embargoed until 0001 GMT Monday",
        "Updates earlier story embargoed until 0001 GMT Monday",
        "Embargoed until 0001 GMT Monday, when the report is released",
        "EMBARGOED UNTIL 0001 GMT MONDAY. RELEASED BY THE NORLAND MINISTRY",
    ] {
        until(line, "2016-09-12T00:01:00Z");
    }
}

#[test]
fn terms_of_use_are_no_embargoes() {
    for line in [
        "For use until Sept. 30",
        "For use 48 hours only",
        "For use 10 days",
        "For use 30 days only",
        "For release 1 of 3",
        "For use 2016",
        // On a Thursday.
        "For use Thursday.",
    ] {
        assert_eq!(read(line), (None, false), "{line:?}");
    }
    for line in ["For release Thursday afternoon", "For release Monday afternoon"] {
        assert_eq!(read(line), (None, true), "{line:?}");
    }
}

#[test]
fn today_has_begun_unless_more_is_said() {
    for line in ["For release today", "for use today.", "Embargo: today", "Sperrfrist: heute"] {
        until(line, "2016-09-07T23:00:00Z");
    }
    for line in
        ["Embargoed until tonight", "Embargo: today after the vote", "Sperrfrist: heute Abend"]
    {
        assert_eq!(read(line), (None, true), "{line:?}");
    }
}

#[test]
fn four_digits_alone_are_a_year_if_it_is_near() {
    for line in ["Not for use until 2016", "Embargo: 2015", "EMBARGOED UNTIL 2020"] {
        assert_eq!(read(line), (None, true), "{line:?}");
    }
    until("EMBARGOED UNTIL 2030", "2016-09-08T19:30:00Z");
    until("EMBARGOED UNTIL 2015 GMT", "2016-09-08T20:15:00Z");
}
