internal import CLibmnl

/// Builds a request: header, family header, attributes.
struct MessageBuilder {
    private var bytes: [UInt8]

    /// A request of a type; `NLM_F_REQUEST` is always set. Length, sequence and port are filled
    /// in by ``finished(sequence:)``.
    init(type: Int32, flags: Int32) {
        bytes = []
        append(UInt32(0))
        append(UInt16(type))
        append(UInt16(flags | NLM_F_REQUEST))
        append(UInt32(0))
        append(UInt32(0))
    }

    /// Appends an integer, in the machine's byte order, as it is in memory.
    mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    mutating func attribute<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Int, _ value: Value
    ) {
        attribute(type) { $0.append(value) }
    }

    /// A text with the NUL that the kernel wants.
    mutating func attribute(_ type: Int, _ text: String) {
        attribute(type) {
            $0.bytes.append(contentsOf: text.utf8)
            $0.bytes.append(0)
        }
    }

    /// An attribute with attributes inside.
    mutating func nest(_ type: Int, _ body: (inout MessageBuilder) -> Void) {
        attribute(type | Int(NLA_F_NESTED), body)
    }

    private mutating func attribute(_ type: Int, _ body: (inout MessageBuilder) -> Void) {
        let start = bytes.count
        append(UInt16(0))
        append(UInt16(type))
        body(&self)
        store(UInt16(bytes.count - start), at: start)
        bytes.append(contentsOf: repeatElement(0, count: aligned(bytes.count) - bytes.count))
    }

    private mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at offset: Int
    ) {
        withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }

    /// The bytes to send.
    func finished(sequence: UInt32) -> [UInt8] {
        var message = self
        message.store(UInt32(bytes.count), at: 0)
        message.store(sequence, at: 8)
        return message.bytes
    }
}

extension MessageBuilder {
    /// A request about links: `struct ifinfomsg` follows the header.
    static func link(
        type: Int32, flags: Int32 = 0, index: UInt32 = 0
    ) -> MessageBuilder {
        var message = MessageBuilder(type: type, flags: flags)
        message.append(UInt16(0))  // family, padding
        message.append(UInt16(0))  // device type
        message.append(index)
        message.append(UInt32(0))  // flags
        message.append(UInt32(0))  // change mask
        return message
    }
}
