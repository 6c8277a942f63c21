/// Builds a page in Prometheus' text exposition format 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter, gauge
    }

    private(set) var text = ""

    /// Adds one metric with a sample per set of labels. Label values are stream ids and fixed words: nothing in them needs escaping.
    mutating func add(
        _ name: String,
        _ kind: Kind,
        help: String,
        samples: [(labels: [(String, String)], value: Double)]
    ) {
        text += "# HELP stream_broker_\(name) \(help)\n# TYPE stream_broker_\(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
            text += "stream_broker_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(sample.value))\n"
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 9e15 ? String(Int64(value)) : String(value)
    }
}
