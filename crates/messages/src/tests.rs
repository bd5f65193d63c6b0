use super::*;

#[test]
fn the_nearest_language_is_taken() {
    let messages = given(&[
        ("pt-BR", "brasil"),
        ("pt", "portugal"),
        ("de_AT", "wien"),
        ("fr", ""),
    ]);
    let cases = [
        (Some("pt-BR"), "brasil"),
        (Some("PT_br"), "brasil"),
        (Some("pt"), "portugal"),
        (Some("pt-PT"), "portugal"),
        (Some("pt_AO"), "portugal"),
        (Some("de-at"), "wien"),
        (Some("de"), "other"),
        (Some("fr-CA"), "other"),
        (Some("ptx"), "other"),
        (Some(""), "other"),
        (Some("-"), "other"),
        (None, "other"),
    ];
    for (language, text) in cases {
        assert_eq!(
            messages.text(MessageKind::NoRoute, language, "", ""),
            text,
            "{language:?}"
        );
    }
}

#[test]
fn an_empty_text_of_the_exact_tag_falls_to_the_base_language() {
    let messages = given(&[("pt-BR", ""), ("pt", "portugal")]);
    assert_eq!(
        messages.text(MessageKind::NoRoute, Some("pt-BR"), "", ""),
        "portugal"
    );
}

#[test]
fn what_is_given_nowhere_is_english() {
    let messages = given(&[("de", "deutsch")]);
    let text = messages.text(MessageKind::NoBackends, Some("de"), "", "");
    assert_eq!(text, built_in::english(MessageKind::NoBackends));
}

#[test]
fn built_in_texts_are_there_in_seven_languages_and_all_differ() {
    let messages = Messages::default();
    let mut texts = std::collections::BTreeSet::new();
    for language in ["en", "de", "fr", "es", "pt", "pt-BR", "it"] {
        for kind in MessageKind::ALL {
            let text = messages.text(kind, Some(language), "", "").into_owned();
            assert!(text.len() > 20 && text.ends_with('.'), "{text}");
            assert!(
                texts.insert(text),
                "{language} {kind:?} is the text of another"
            );
        }
    }
}

#[test]
fn placeholders_are_replaced_once() {
    let cases = [
        ("no placeholder", "no placeholder"),
        ("${sni}: ${error}", "play.example.com: ${sni} is down"),
        ("${sni}${sni}", "play.example.complay.example.com"),
        ("$sni ${other} ${ ${sni", "$sni ${other} ${ ${sni"),
        ("${${sni}", "${play.example.com"),
    ];
    for (text, filled) in cases {
        assert_eq!(
            template::fill(text, "play.example.com", "${sni} is down"),
            filled
        );
    }
}

#[test]
fn values_from_the_network_are_bounded_and_clean() {
    assert_eq!(
        template::fill("${sni}", "a\u{1b}[31m\nb\u{85}", ""),
        "a[31mb"
    );
    assert_eq!(
        template::fill("${sni}", &"é".repeat(200), ""),
        "é".repeat(127)
    );
    assert_eq!(template::fill("${error}", "", &"x".repeat(1000)).len(), 512);
}

fn given(no_route: &[(&str, &str)]) -> Messages {
    let texts = |text: &str| LocaleTexts::default().with_text(MessageKind::NoRoute, text);
    let locales = no_route
        .iter()
        .map(|(tag, text)| ((*tag).to_owned(), texts(text)))
        .collect();
    Messages::new(texts("other"), Some(locales))
}
