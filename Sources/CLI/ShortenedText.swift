extension String {
    /// The text for a message. Texts of wrong files, which messages quote, can be very long: their middle is left out.
    var shortened: String {
        count <= 1_000 ? self : "\(prefix(700)) … (\(count - 900) characters left out) … \(suffix(200))"
    }
}
