//! Built-in texts.

use super::{LocaleTexts, MessageKind};

pub(super) fn english(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::NoRoute => "This server is unavailable at the moment.",
        MessageKind::NoBackends => {
            "All servers are full or restarting right now. Try again in a moment."
        }
        MessageKind::RoutingError => {
            "This server can't be reached at the moment. Please try again later."
        }
        MessageKind::DiscoveryError => {
            "We are still looking for a free server for you. Try again in a moment."
        }
        MessageKind::Identity => {
            "We could not verify your account. Please restart the game, sign in and try again."
        }
    }
}

pub(super) fn locales() -> Vec<(String, LocaleTexts)> {
    let locales = LOCALES.into_iter();
    locales
        .map(|(tag, texts)| (tag.to_owned(), LocaleTexts(texts.map(str::to_owned))))
        .collect()
}

/// Texts by language, in the order of [`MessageKind`]. The tone follows games in each language: `du`, `tú` and `tu`,
/// but `você` in Brazil and `vous` in French.
const LOCALES: [(&str, [&str; 5]); 6] = [
    (
        "de",
        [
            "Dieser Server ist im Moment nicht verfügbar.",
            "Alle Server sind gerade voll oder starten neu. Versuch es gleich noch einmal.",
            "Dieser Server ist im Moment nicht zu erreichen. Bitte versuch es später noch einmal.",
            "Wir suchen noch einen freien Server für dich. Versuch es gleich noch einmal.",
            "Wir konnten dein Konto nicht überprüfen. Bitte starte das Spiel neu, melde dich an und versuch es noch einmal.",
        ],
    ),
    (
        "fr",
        [
            "Ce serveur est indisponible pour le moment.",
            "Tous les serveurs sont pleins ou en cours de redémarrage. Réessayez dans un instant.",
            "Ce serveur est injoignable pour le moment. Veuillez réessayer plus tard.",
            "Nous cherchons encore un serveur libre pour vous. Réessayez dans un instant.",
            "Nous n'avons pas pu vérifier votre compte. Veuillez relancer le jeu, vous connecter et réessayer.",
        ],
    ),
    (
        "es",
        [
            "Este servidor no está disponible por ahora.",
            "Todos los servidores están llenos o reiniciándose. Vuelve a intentarlo en un momento.",
            "Ahora mismo no se puede conectar con este servidor. Vuelve a intentarlo más tarde.",
            "Todavía estamos buscando un servidor libre para ti. Vuelve a intentarlo en un momento.",
            "No hemos podido verificar tu cuenta. Reinicia el juego, inicia sesión y vuelve a intentarlo.",
        ],
    ),
    (
        "pt",
        [
            "Este servidor não está disponível de momento.",
            "Todos os servidores estão cheios ou a reiniciar. Tenta novamente dentro de momentos.",
            "De momento não é possível contactar este servidor. Tenta novamente mais tarde.",
            "Ainda estamos à procura de um servidor livre para ti. Tenta novamente dentro de momentos.",
            "Não foi possível verificar a tua conta. Reinicia o jogo, inicia sessão e tenta novamente.",
        ],
    ),
    (
        "pt-BR",
        [
            "Este servidor está indisponível no momento.",
            "Todos os servidores estão cheios ou reiniciando. Tente de novo em alguns instantes.",
            "Não é possível se conectar a este servidor no momento. Tente de novo mais tarde.",
            "Ainda estamos procurando um servidor livre para você. Tente de novo em alguns instantes.",
            "Não foi possível verificar sua conta. Reinicie o jogo, entre na sua conta e tente de novo.",
        ],
    ),
    (
        "it",
        [
            "Questo server al momento non è disponibile.",
            "Tutti i server sono pieni o in fase di riavvio. Riprova tra poco.",
            "Al momento questo server non è raggiungibile. Riprova più tardi.",
            "Stiamo ancora cercando un server libero per te. Riprova tra poco.",
            "Non è stato possibile verificare il tuo account. Riavvia il gioco, accedi e riprova.",
        ],
    ),
];
