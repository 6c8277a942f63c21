import StreamBrokerCore
import Testing

@Suite struct ClientMessageTests {
    /// The short way to read an acknowledgement says what the general one says, for every text that it takes and for those it leaves.
    @Test(arguments: [
        #"{"type":"ack","sequence":1}"#,
        #"{"type":"ack","stream":"front-door~small","sequence":18446744073709551615}"#,
        #"{"sequence":0,"stream":3,"type":"ack"}"#,
        " { \"type\" : \"ack\" ,\n\t\"sequence\" : 12 } \r\n",
        #"{"type":"ack","sequence":7,"more":[1,2]}"#,
        #"{"type":"ack","sequence":7,"stream":"\u0061"}"#,
        #"{"type":"ack","sequence":7,"stream":null}"#,
        #"{"type":"ack","sequence":7e0}"#,
        #"{"type":"ping","t":7}"#,
        #"{"type":"rate","stream":"a","fps":2.5}"#,
        #"{"type":"ack","stream":"ä","sequence":2}"#,
    ])
    func bothWaysToReadAgree(_ text: String) throws {
        #expect(try ClientMessage(parsing: text) == ClientMessage(decoding: text))
    }

    @Test(arguments: [
        #"{"type":"ack"}"#, #"{"type":"ack","sequence":-1}"#, #"{"type":"ack","sequence":"1"}"#,
        #"{"type":"ack","sequence":1"#,
        #"{"type":"ack","sequence":1}x"#, #"{"type":"ack","sequence":01}"#,
        #"{"type":"ack","sequence":18446744073709551616}"#,
        #"["ack",1]"#, #""#, #"{}"#, #"{"type":"ack","sequence":1.5}"#,
    ])
    func badMessagesAreRefusedByBoth(_ text: String) {
        #expect(throws: (any Error).self) { try ClientMessage(parsing: text) }
        #expect(throws: (any Error).self) { try ClientMessage(decoding: text) }
    }

    @Test func anAcknowledgementIsReadWhateverTheOrderOfItsFields() throws {
        let fields = [#""type":"ack""#, #""stream":"a""#, #""sequence":42"#]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let text = "{" + order.map { fields[$0] }.joined(separator: ",") + "}"
            #expect(try ClientMessage(parsing: text) == .acknowledge(.name("a"), sequence: 42))
        }
    }
}
