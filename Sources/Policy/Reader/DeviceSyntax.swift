internal import NetTypes

/// Reads devices and access as cgroup version 1 wrote them: `c 1:3 rwm`.
public enum DeviceSyntax {
    /// Why a text is no such thing.
    public struct Failure: Error, Equatable, Sendable {
        /// What is wrong.
        public let message: String
        /// What to write instead.
        public let hint: String?
    }

    private static let shape = "write type major:minor access, such as \"c 1:3 rwm\""

    /// Reads one term.
    ///
    /// - Parameter text: Type (`a`, `b`, `c`), `major:minor` where `*` is any, access (of `rwm`),
    ///   blanks between. `a` alone is every device with any access.
    /// - Returns: The term.
    /// - Throws: ``Failure``.
    public static func parse(_ text: String) throws(Failure) -> DeviceTerm {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard let kind = parts.first else {
            throw Failure(message: "a device is missing", hint: shape)
        }
        let kinds = try kinds(kind)
        if parts.count == 1, kinds == .all {
            return DeviceTerm(kinds: .all, major: nil, minor: nil, access: .all)
        }
        guard parts.count == 3 else {
            throw Failure(message: "'\(text.shortened)' is not a device and access", hint: shape)
        }
        let numbers = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard numbers.count == 2 else {
            throw Failure(
                message: "'\(parts[1].shortened)' is not major:minor", hint: "write 1:3, or 136:*")
        }
        return DeviceTerm(
            kinds: kinds,
            major: try number(String(numbers[0]), "major", DeviceTerm.largestMajor),
            minor: try number(String(numbers[1]), "minor", DeviceTerm.largestMinor),
            access: try access(parts[2]))
    }

    /// Reads a request: a term that means one device.
    ///
    /// - Parameter text: Type (`b`, `c`), `major:minor`, access (of `rwm`), blanks between.
    /// - Returns: The request.
    /// - Throws: ``Failure``.
    public static func request(_ text: String) throws(Failure) -> DeviceRequest {
        let term = try parse(text)
        guard let request = DeviceRequest(term) else {
            throw Failure(
                message: "'\(text.shortened)' means several devices, and a request is for one",
                hint: "write type major:minor access, such as \"c 1:3 rw\"")
        }
        return request
    }

    private static func kinds(_ text: String) throws(Failure) -> DeviceTerm.Kinds {
        switch text {
        case "a": .all
        case "b": .block
        case "c": .character
        default:
            throw Failure(
                message: "unknown device type '\(text.shortened)'",
                hint: "types are c (character), b (block) and a (all)")
        }
    }

    private static func number(
        _ text: String, _ what: String, _ largest: UInt32
    ) throws(Failure) -> UInt32? {
        if text == "*" { return nil }
        guard let number = Decimal.parse(text) else {
            throw Failure(
                message: "'\(text.shortened)' is not a \(what) number",
                hint: "write a decimal number, or * for any")
        }
        guard number <= Int(largest) else {
            throw Failure(
                message: "\(what) \(text.shortened) is out of range",
                hint: "\(what) numbers are 0-\(largest)")
        }
        return UInt32(number)
    }

    private static func access(_ text: String) throws(Failure) -> DeviceTerm.Access {
        var access: DeviceTerm.Access = []
        for letter in text {
            let bit: DeviceTerm.Access
            switch letter {
            case "r": bit = .read
            case "w": bit = .write
            case "m": bit = .make
            default:
                throw Failure(
                    message: "unknown access '\(letter)' in '\(text.shortened)'",
                    hint: "access is of r (read), w (write) and m (mknod)")
            }
            guard access.insert(bit).inserted else {
                throw Failure(
                    message: "'\(letter)' is given twice in '\(text.shortened)'", hint: nil)
            }
        }
        return access
    }
}
