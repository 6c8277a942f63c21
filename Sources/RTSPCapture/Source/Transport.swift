/// How an RTSP camera's media travel.
public enum Transport: Sendable, Hashable, CaseIterable {
    /// Within the RTSP connection. Nothing is lost; the default.
    case tcp
    /// As UDP datagrams.
    case udp
    /// UDP first; TCP from then on when nothing arrives in time, or too much is lost.
    case automatic
}
