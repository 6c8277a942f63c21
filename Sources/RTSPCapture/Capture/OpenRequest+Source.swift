extension OpenRequest {
    /// How to open a source in a given mode; nil for the test picture, which is not opened.
    package init?(_ source: SourceURL, mode: SourceMode) {
        switch source.target {
        case .test: return nil
        case .file(let path):
            self.init(
                // With a protocol in front, a path such as `concat:a|b` is a path.
                secretURL: "file:\(path)",
                options: [
                    "protocol_whitelist": "file",
                    // Not the formats that are lists of other files.
                    "format_whitelist":
                        "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,ogg,ivf,asf,h264,hevc,m4v,mjpeg,mpjpeg",
                ],
                probes: true
            )
        case .network(let target) where source.isRTSP:
            self.init(
                secretURL: target.secretURL,
                format: "rtsp",
                options: [
                    "protocol_whitelist": "rtsp,rtp,udp,tcp,tls,srtp",
                    "rtsp_transport": mode.transport == .udp ? "udp" : "tcp",
                    // No time is spent on sound; and with one stream the timestamps are RTP's own, from the first
                    // packet on.
                    "allowed_media_types": "video",
                    // Above 1, missing packets are noticed (rtpdec.c). Over TCP none comes out of order, so two do.
                    "reorder_queue_size": mode.transport == .udp ? "64" : "2",
                    // A keyframe is a burst; the system lowers this to net.core.rmem_max.
                    "buffer_size": "4194304",
                    "user_agent": "stream-broker",
                ],
                probes: false
            )
        case .network(let target):
            self.init(
                secretURL: target.secretURL,
                options: [
                    "protocol_whitelist": "http,https,tcp,tls",
                    "format_whitelist": "mpjpeg,mjpeg,jpeg_pipe,mpegts,flv,mov,matroska",
                    // To whom a redirect would lead is not known beforehand, so none is followed.
                    "max_redirects": "0",
                    "tls_verify": "1",
                    "user_agent": "stream-broker",
                ],
                probes: true
            )
        }
    }
}
