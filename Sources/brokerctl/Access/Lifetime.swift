/// A time as people write it: `90s`, `30m`, `12h`, `7d`.
package enum Lifetime {
    /// - Throws: ``SettingError`` for anything else, and for more than ten years.
    package static func parse(_ text: String, flag: String) throws(SettingError) -> Duration {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()), number > 0,
            number <= 315_360_000 / unit
        else { throw SettingError("\(flag): \"\(text)\" is no time such as 90s, 30m, 12h or 7d, up to 3650d") }
        return .seconds(number * unit)
    }
}
