import StreamBrokerKit
import Testing

@Suite struct AddressLockoutTests {
    private let lockouts = AddressLockouts(duration: .seconds(20))
    private let second: Int64 = 1_000_000

    private func address(_ number: Int) throws -> AddressBlock {
        try #require(
            AddressBlock(networkOrder: [
                10, UInt8(number >> 16 & 0xFF), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF),
            ])
        )
    }

    @Test func someFloodsAreTolerated() throws {
        let address = try address(1)
        for _ in 0..<AddressLockouts.toleratedFloods { #expect(!lockouts.noteFlood(by: address, now: 0)) }
        #expect(!lockouts.isLockedOut(address, now: 0) && lockouts.count(now: 0) == 0)
    }

    @Test func oneMoreLocksOutForAWhileAndIsToldOnce() throws {
        let (address, other) = (try address(1), try address(2))
        for _ in 0..<AddressLockouts.toleratedFloods { _ = lockouts.noteFlood(by: address, now: 0) }
        #expect(lockouts.noteFlood(by: address, now: second))
        #expect(!lockouts.noteFlood(by: address, now: 2 * second))
        #expect(lockouts.isLockedOut(address, now: 20 * second) && lockouts.count(now: 20 * second) == 1)
        #expect(!lockouts.isLockedOut(other, now: 2 * second))
        #expect(!lockouts.isLockedOut(address, now: 21 * second) && lockouts.count(now: 21 * second) == 0)
    }

    @Test func itCountsAnewAfterwards() throws {
        let address = try address(1)
        for _ in 0...AddressLockouts.toleratedFloods { _ = lockouts.noteFlood(by: address, now: 0) }
        for _ in 0..<AddressLockouts.toleratedFloods { #expect(!lockouts.noteFlood(by: address, now: 21 * second)) }
        #expect(!lockouts.isLockedOut(address, now: 21 * second))
        #expect(lockouts.noteFlood(by: address, now: 22 * second))
    }

    @Test func floodsFarApartAreForgotten() throws {
        let address = try address(1)
        for minute in 0..<100 { #expect(!lockouts.noteFlood(by: address, now: Int64(minute) * 60 * second)) }
    }

    @Test func noMoreAddressesThanAllowedAreRemembered() throws {
        func lockOut(_ number: Int, now: Int64) throws -> Bool {
            for _ in 0..<AddressLockouts.toleratedFloods { _ = lockouts.noteFlood(by: try address(number), now: now) }
            return lockouts.noteFlood(by: try address(number), now: now)
        }
        for number in 0..<AddressLockouts.maximumOffenders { #expect(try lockOut(number, now: 0)) }
        #expect(try !lockOut(AddressLockouts.maximumOffenders, now: second))
        #expect(lockouts.count(now: second) == AddressLockouts.maximumOffenders)
        #expect(try lockOut(AddressLockouts.maximumOffenders, now: 21 * second))
        #expect(lockouts.count(now: 21 * second) == 1)
    }

    @Test func zeroLocksNobodyOut() throws {
        let lockouts = AddressLockouts(duration: .zero)
        for _ in 0..<100 { #expect(try !lockouts.noteFlood(by: address(1), now: 0)) }
        #expect(try !lockouts.isLockedOut(address(1), now: 0))
    }
}
