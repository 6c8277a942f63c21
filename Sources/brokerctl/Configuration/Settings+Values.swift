package import ConfigurationFiles

extension Settings {
    /// A text, `nil` when nobody set it.
    package func text(_ key: SettingKey, flag: String? = nil) -> String? { find(key, flag: flag)?.text }

    /// A whole number within a range.
    ///
    /// - Throws: ``SettingError`` for anything else.
    package func integer(_ key: SettingKey, flag: String?, in range: ClosedRange<Int>) throws(SettingError) -> Int? {
        guard let found = find(key, flag: flag) else { return nil }
        guard let value = Int(found.text), range.contains(value) else {
            throw problem(found, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A number above 0 and up to a limit.
    ///
    /// - Throws: ``SettingError`` for anything else.
    package func positiveNumber(_ key: SettingKey, flag: String?, upTo limit: Double) throws(SettingError) -> Double? {
        guard let found = find(key, flag: flag) else { return nil }
        guard let value = Double(found.text), value > 0, value <= limit else {
            throw problem(found, "is not a number above 0 and up to \(Int(limit))")
        }
        return value
    }

    /// Bits a second: a number above 0, perhaps with k (thousand) or M (million) behind it.
    ///
    /// - Throws: ``SettingError`` for anything else.
    package func bitRate(_ key: SettingKey, flag: String?) throws(SettingError) -> Double? {
        guard let found = find(key, flag: flag) else { return nil }
        let factors: [Character: Double] = ["k": 1_000, "K": 1_000, "M": 1_000_000]
        let factor = found.text.last.flatMap { factors[$0] }
        guard let number = Double(factor == nil ? found.text[...] : found.text.dropLast()), number.isFinite,
            number * (factor ?? 1) >= 10_000, number * (factor ?? 1) <= 10_000_000_000
        else { throw problem(found, "is not a number of bits per second from 10k to 10000M, such as 8M or 800k") }
        return number * (factor ?? 1)
    }

    /// A yes or no.
    ///
    /// - Throws: ``SettingError`` for anything else.
    package func flag(_ key: SettingKey, isSet: Bool = false) throws(SettingError) -> Bool? {
        if isSet { return true }
        guard let found = find(key, flag: nil) else { return nil }
        return try Self.flag(PlacedValue(found.text, place: found.place))
    }

    /// A value as a yes or no.
    ///
    /// - Throws: ``SettingError`` for anything else.
    package static func flag(_ value: PlacedValue) throws(SettingError) -> Bool {
        guard let flag = value.flag else { throw SettingError(value.noFlagMessage) }
        return flag
    }

    /// One of a few words.
    ///
    /// - Throws: ``SettingError`` for anything else.
    package func choice<Value>(
        _ key: SettingKey,
        flag: String?,
        of choices: KeyValuePairs<String, Value>,
        reading normalize: (String) -> String = { $0.lowercased() }
    ) throws(SettingError) -> Value? {
        guard let found = find(key, flag: flag) else { return nil }
        for (name, value) in choices where name == normalize(found.text) { return value }
        throw problem(found, "is none of \(choices.map(\.key).joined(separator: ", "))")
    }

    private func problem(_ found: Found, _ what: String) -> SettingError {
        SettingError("\(found.place): \"\(found.text)\" \(what)")
    }
}
