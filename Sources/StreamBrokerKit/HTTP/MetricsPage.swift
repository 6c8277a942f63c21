import StreamBrokerCore
import Synchronization

extension PrometheusText {
    /// The broker's counters and gauges. The only label that is not from a fixed set is the name of an active stream, of which there are at
    /// most ``BrokerConfiguration/maximumStreams``.
    static func metrics(of service: BrokerService) -> String {
        let streams = service.statuses()
        let connections = service.connections.counts
        var page = PrometheusText()
        page.add("streams", .gauge, help: "Streams that exist.", samples: [([], Double(streams.count))])
        page.add(
            "connections",
            .gauge,
            help: "Open connections of any kind.",
            samples: [([], Double(connections.open))]
        )
        page.add(
            "http2_connections",
            .gauge,
            help: "Open connections that speak HTTP/2.",
            samples: [([], Double(service.http2Connections.load(ordering: .relaxed)))]
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
            help: "Connections refused because a limit was reached, by limit.",
            samples: ConnectionLimit.allCases.map {
                ([("limit", $0.rawValue)], Double(connections.refused[$0, default: 0]))
            }
        )
        page.add(
            "addresses_locked_out",
            .gauge,
            help: "Addresses that flooded the server, and from which nothing new is taken for a while.",
            samples: [([], Double(service.lockouts.count(now: SystemClock.steadyTime)))]
        )
        let refusals = service.limitTally.counts
        page.add(
            "limits_reached_total",
            .counter,
            help: "Requests and viewers' messages that ran into a limit, by limit.",
            samples: Limit.allCases.map { ([("limit", $0.rawValue)], Double(refusals[$0, default: 0])) }
        )
        let denials = service.access.denials
        page.add(
            "access_denied_total",
            .counter,
            help: "Requests and viewers that were not allowed, by reason.",
            samples: AccessDenial.Reason.allCases.map {
                ([("reason", $0.rawValue)], Double(denials[$0, default: 0]))
            }
        )
        let posts = service.postsInFlight.load
        page.add("posts_in_flight", .gauge, help: "Frames on their way in.", samples: [([], Double(posts.count))])
        page.add(
            "post_bytes_in_flight",
            .gauge,
            help: "Bytes kept of frames on their way in.",
            samples: [([], Double(posts.bytes))]
        )
        page.add(
            "viewer_connections",
            .gauge,
            help: "Viewers that are connected.",
            samples: [([], Double(service.seats.takenCount))]
        )
        let refused = service.seats.refusedCounts
        page.add(
            "viewers_refused_total",
            .counter,
            help: "Viewers not let in because a limit was reached, by limit.",
            samples: ViewerRefusal.allCases.map { ([("limit", $0.label)], Double(refused[$0, default: 0])) }
        )
        page.add(
            "viewers_lost_total",
            .counter,
            help: "Viewers closed because their end was found to be gone, by the sign of it.",
            samples: service.viewerLosses.counts.map { ([("sign", $0.label)], Double($0.count)) }
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
            streams,
            "stalled_viewers",
            .gauge,
            help: "Viewers that have had a frame on its way for longer than it should take."
        ) { Double($0.stalledViewers) }
        page.addDeliveryAges(streams)
        page.addPerStream(
            streams.filter { $0.ageMilliseconds != nil },
            "latest_frame_age_seconds",
            .gauge,
            help: "Since the latest frame came."
        ) { ($0.ageMilliseconds ?? 0) / 1_000 }
        page.addSources(service.sources.all)
        if let certificates = service.certificates { page.addCertificate(certificates.figures) }
        return page.text
    }

    private mutating func addCertificate(_ figures: CertificateStore.Figures) {
        add(
            "tls_certificate_expiry_timestamp_seconds",
            .gauge,
            help: "When the certificate that is served expires, in seconds since 1970.",
            samples: [([], Double(figures.expiry))]
        )
        add(
            "tls_certificate_reloads_total",
            .counter,
            help: "How often the certificate's files were read again, by what came of it.",
            samples: [
                ([("result", "loaded")], Double(figures.reloads)),
                ([("result", "refused")], Double(figures.failedReloads)),
            ]
        )
    }

    private mutating func addSources(_ sources: [(stream: StreamID, status: SourceStatus)]) {
        guard !sources.isEmpty else { return }
        add(
            "source_state",
            .gauge,
            help: "Where a camera that is kept running stands: 1 for the state it is in.",
            samples: sources.flatMap { source in
                SourceStatus.State.allCases.map { state in
                    let labels = [("stream", source.stream.name), ("state", state.rawValue)]
                    return (labels, source.status.state == state ? 1 : 0)
                }
            }
        )
        add(
            "source_restarts_total",
            .counter,
            help: "How often a camera's process ended unasked and was started again.",
            samples: sources.map { ([("stream", $0.stream.name)], Double($0.status.restarts)) }
        )
    }

    private mutating func addDeliveryAges(_ streams: [StreamStatus]) {
        addHistogram(
            "delivery_age_seconds",
            help: "Time from a frame's arrival until it had been written whole to a viewer's connection.",
            samples: streams.map { status in
                let bounds = DeliveryAges.upperBounds.map { Double($0) / 1e6 }
                return ([("stream", status.stream)], bounds, status.ages.counts, Double(status.ages.sum) / 1e6)
            }
        )
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
