import StreamBrokerCore

extension PrometheusText {
    /// The broker's counters and gauges, one label per active stream.
    static func metrics(of streams: [StreamStatus], connections: ConnectionCounts) -> String {
        var page = PrometheusText()
        page.add("streams", .gauge, help: "Streams that exist.", samples: [([], Double(streams.count))])
        page.add(
            "connections",
            .gauge,
            help: "Open connections of any kind.",
            samples: [([], Double(connections.open))]
        )
        page.add(
            "connections_accepted_total",
            .counter,
            help: "Connections accepted since the start.",
            samples: [([], Double(connections.accepted))]
        )
        page.add(
            "connections_refused_total",
            .counter,
            help: "Connections refused because a limit was reached.",
            samples: [([], Double(connections.refused))]
        )
        page.addPerStream(streams, "viewers", .gauge, help: "Viewers and subscribers.") { Double($0.viewers) }
        page.addPerStream(streams, "frames_received_total", .counter, help: "Frames accepted.") { Double($0.received) }
        page.addPerStream(streams, "received_bytes_total", .counter, help: "Bytes of accepted frames.") {
            Double($0.receivedBytes)
        }
        page.addPerStream(streams, "frames_delivered_total", .counter, help: "Frames written whole to a viewer.") {
            Double($0.delivered)
        }
        page.addPerStream(streams, "delivered_bytes_total", .counter, help: "Bytes of delivered frames.") {
            Double($0.deliveredBytes)
        }
        page.addPerStream(
            streams,
            "frames_replaced_total",
            .counter,
            help: "Frames a viewer never got because a newer one took their place."
        ) { Double($0.replaced) }
        page.addPerStream(
            streams,
            "frames_thinned_total",
            .counter,
            help: "Frames left out because the viewer asked for fewer."
        ) { Double($0.thinned) }
        page.addPerStream(streams, "frames_cut_off_total", .counter, help: "Frames lost because the viewer left.") {
            Double($0.cutOff)
        }
        page.addPerStream(
            streams.filter { $0.ageMilliseconds != nil },
            "latest_frame_age_seconds",
            .gauge,
            help: "Since the latest frame came."
        ) { ($0.ageMilliseconds ?? 0) / 1_000 }
        return page.text
    }

    private mutating func addPerStream(
        _ streams: [StreamStatus],
        _ name: String,
        _ kind: Kind,
        help: String,
        value: (StreamStatus) -> Double
    ) {
        add(name, kind, help: help, samples: streams.map { ([("stream", $0.stream)], value($0)) })
    }
}
