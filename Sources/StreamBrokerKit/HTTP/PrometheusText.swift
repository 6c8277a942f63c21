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

    /// Adds one histogram. `counts` has one number per bound, not added up, and one more for what is above all of them.
    mutating func addHistogram(
        _ name: String,
        help: String,
        samples: [(labels: [(String, String)], bounds: [Double], counts: [UInt64], sum: Double)]
    ) {
        text += "# HELP stream_broker_\(name) \(help)\n# TYPE stream_broker_\(name) histogram\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
            var total: UInt64 = 0
            for (index, count) in sample.counts.enumerated() {
                total += count
                let bound = index < sample.bounds.count ? Self.number(sample.bounds[index]) : "+Inf"
                text += "stream_broker_\(name)_bucket{\(labels),le=\"\(bound)\"} \(total)\n"
            }
            text += "stream_broker_\(name)_sum{\(labels)} \(Self.number(sample.sum))\n"
            text += "stream_broker_\(name)_count{\(labels)} \(total)\n"
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 9e15 ? String(Int64(value)) : String(value)
    }
}
