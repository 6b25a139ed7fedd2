/// The packets of a capture file: pcap of either byte order and resolution, or pcapng.
///
/// Any bytes do: what is not a capture, or breaks off, is an error that says where.
public struct CaptureFile: Sendable {
    /// A packet as it was captured.
    public struct Record: Sendable, Hashable {
        /// An Ethernet frame. Captures without Ethernet headers get one of nobody's addresses; of a
        /// packet that was captured in part, the rest is zeros.
        public let frame: [UInt8]
        /// How many of its bytes are in the capture.
        public let captured: Int
        /// How many there were.
        public let original: Int

        /// Whether bytes are missing.
        public var isPartial: Bool { captured < original }
    }

    /// Why a file is no capture, or not to its end.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, and where.
        public let description: String

        init(_ description: String) { self.description = description }
    }

    private enum Format { case pcap(LinkType), pcapng }

    private var input: ByteReader
    private let format: Format
    /// Of the current section of a pcapng file; nil for a link type that netctl cannot read.
    private var interfaces: [(type: UInt16, snapLength: Int)] = []
    private var number = 0

    /// A frame longer than this is an error: twice the longest of IP.
    private static let frameBytesMax = 131_072

    /// Reads the header.
    ///
    /// - Throws: ``Failure``.
    public init(_ bytes: [UInt8]) throws(Failure) {
        input = ByteReader(bytes: bytes)
        guard let magic = input.peek32() else {
            throw Failure("it has \(bytes.count) bytes, which is no capture file")
        }
        switch magic {
        case 0xa1b2_c3d4, 0xa1b2_3c4d: input.isBigEndian = true
        case 0xd4c3_b2a1, 0x4d3c_b2a1: input.isBigEndian = false
        case 0x0a0d_0d0a:
            format = .pcapng
            return
        default: throw Failure("it is neither pcap nor pcapng")
        }
        guard let header = input.take(24) else { throw Failure("its header is cut") }
        // The upper bits tell of frame check sequences.
        format = .pcap(try LinkType(header.number32(at: 20) & 0xffff))
    }

    /// The next packet; nil at the end.
    ///
    /// - Throws: ``Failure``.
    public mutating func next() throws(Failure) -> Record? {
        switch format {
        case .pcap(let link): try nextOfPcap(link)
        case .pcapng: try nextOfPcapng()
        }
    }

    // MARK: pcap

    private mutating func nextOfPcap(_ link: LinkType) throws(Failure) -> Record? {
        guard !input.isAtEnd else { return nil }
        number += 1
        guard let header = input.take(16) else { throw cut }
        return try record(
            captured: header.number32(at: 8), original: header.number32(at: 12), link)
    }

    private var cut: Failure { Failure("packet \(number) is cut: the file ends within it") }

    private mutating func record(
        captured: UInt32, original: UInt32, _ link: LinkType
    ) throws(Failure) -> Record {
        guard captured <= Self.frameBytesMax, original <= UInt32(Int32.max) else {
            throw Failure("packet \(number) says that it has \(max(captured, original)) bytes")
        }
        guard let bytes = input.take(Int(captured)) else { throw cut }
        return record(bytes.bytes, original: Int(original), link)
    }

    private func record(_ bytes: ArraySlice<UInt8>, original: Int, _ link: LinkType) -> Record {
        let whole = min(max(original, bytes.count), Self.frameBytesMax)
        let padding = [UInt8](repeating: 0, count: whole - bytes.count)
        return Record(
            frame: link.frame(Array(bytes) + padding), captured: bytes.count,
            original: max(original, bytes.count))
    }

    // MARK: pcapng

    private mutating func nextOfPcapng() throws(Failure) -> Record? {
        while !input.isAtEnd {
            let (type, body) = try block()
            switch type {
            case 0x0a0d_0d0a: interfaces = []
            case 1:
                guard body.count >= 8 else { throw Failure("an interface block is cut") }
                interfaces.append((body.number16(at: 0), Int(body.number32(at: 4))))
            case 2, 3, 6:
                number += 1
                return try packet(type, body)
            default: break
            }
        }
        return nil
    }

    /// A block's type and what is between its lengths.
    private mutating func block() throws(Failure) -> (UInt32, ByteView) {
        let start = input.position
        let broken = Failure("the block at byte \(start) is cut or broken")
        if input.peek32() == 0x0a0d_0d0a {
            // Each section has a byte order of its own.
            guard let magic = input.peek32(ahead: 8) else { throw broken }
            switch magic {
            case 0x1a2b_3c4d: input.isBigEndian = true
            case 0x4d3c_2b1a: input.isBigEndian = false
            default: throw broken
            }
        }
        guard let head = input.take(8) else { throw broken }
        let length = Int(head.number32(at: 4))
        guard length >= 12, length % 4 == 0, let body = input.take(length - 12),
            let trailer = input.take(4), Int(trailer.number32(at: 0)) == length
        else { throw broken }
        return (head.number32(at: 0), body)
    }

    private func packet(_ type: UInt32, _ body: ByteView) throws(Failure) -> Record {
        let broken = Failure("packet \(number): its block is cut")
        // Simple packets are of the first interface; obsolete ones number theirs in 16 bits.
        let header = type == 3 ? 4 : 20
        guard body.count >= header else { throw broken }
        let index =
            type == 3 ? 0 : type == 2 ? Int(body.number16(at: 0)) : Int(body.number32(at: 0))
        guard interfaces.indices.contains(index) else {
            throw Failure("packet \(number) is of interface \(index), which the file does not have")
        }
        let (link, snapLength) = interfaces[index]
        let original = Int(body.number32(at: header - 4))
        let captured =
            type == 3
            ? min(original, snapLength == 0 ? original : snapLength, body.count - header)
            : Int(body.number32(at: 12))
        guard captured <= body.count - header, captured <= Self.frameBytesMax else { throw broken }
        let bytes = body.bytes.dropFirst(header).prefix(captured)
        return record(bytes, original: original, try LinkType(UInt32(link)))
    }
}
