internal import CLibbpf

extension BTF {
    /// What a type is.
    ///
    /// - Parameter id: Any number.
    /// - Returns: The kind; `nil` if there is no such type, or its kind is newer than this library.
    public func kind(of id: UInt32) -> BTFKind? {
        btf__type_by_id(raw, id).flatMap { BTFKind(rawValue: UInt32(btf_kind($0))) }
    }

    /// The name of a type, without `struct`, `union` or `enum`.
    ///
    /// - Parameter id: Any number.
    /// - Returns: The name; empty for what has none, or does not exist.
    public func name(of id: UInt32) -> String {
        btf__type_by_id(raw, id).map { text($0.pointee.name_off) } ?? ""
    }

    /// Calls `body` with the name of every type of a kind, the base's left out.
    ///
    /// - Parameters:
    ///   - kind: What they must be.
    ///   - body: Called in the order of ids, with the bytes of the name, valid during the call.
    public func forEach(
        _ kind: BTFKind, _ body: (_ id: UInt32, _ name: UnsafeBufferPointer<UInt8>) -> Void
    ) {
        for id in ids {
            guard let type = btf__type_by_id(raw, id), UInt32(btf_kind(type)) == kind.rawValue,
                let name = btf__name_by_offset(raw, type.pointee.name_off)
            else { continue }
            let bytes = UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self)
            // SAFETY: libbpf's strings end with a zero.
            body(id, UnsafeBufferPointer(start: bytes, count: length(of: bytes)))
        }
    }

    /// What a type describes.
    ///
    /// - Parameter id: Any number.
    /// - Returns: The type; `nil` if there is none, or its kind is newer than this library.
    public func type(_ id: UInt32) -> BTFType? {
        guard let type = btf__type_by_id(raw, id),
            let kind = BTFKind(rawValue: UInt32(btf_kind(type)))
        else {
            return nil
        }
        // `size` and `type` share their place.
        let (name, other) = (text(type.pointee.name_off), type.pointee.type)
        switch kind {
        case .void:
            return .void
        case .integer:
            return .integer(integer(type, name))
        case .pointer:
            return .pointer(to: other)
        case .array:
            guard let array = btf_array(type) else { return nil }
            return .array(of: array.pointee.type, count: array.pointee.nelems)
        case .structure, .union:
            return .composite(composite(type, name, isUnion: kind == .union))
        case .enumeration:
            return .enumeration(enumeration(type, name))
        case .enumeration64:
            return .enumeration(enumeration64(type, name))
        case .forward:
            return .forward(name: name, isUnion: btf_kflag(type))
        case .typedef:
            return .typedef(name: name, of: other)
        case .const, .volatile, .restrict:
            return .modifier(kind, of: other)
        case .function:
            return .function(name: name, prototype: other)
        case .prototype:
            return .prototype(prototype(type))
        case .variable:
            return .variable(name: name, type: other)
        case .section:
            return .section(name: name, variables: sectionVariables(type))
        case .float:
            return .float(name: name, bytes: Int(type.pointee.size))
        case .declarationTag:
            let component = btf_decl_tag(type).map { Int($0.pointee.component_idx) } ?? -1
            return .declarationTag(name, on: other, component: component < 0 ? nil : component)
        case .typeTag:
            return .typeTag(name, of: other)
        }
    }

    /// Follows typedefs, modifiers and tags to what the type really is.
    ///
    /// - Parameter id: Any number.
    /// - Returns: The id of a type that is none of them; `nil` if a type is missing on the way, or the
    ///   way is endless.
    public func underlying(_ id: UInt32) -> UInt32? {
        var id = id
        for _ in 0..<Self.depthMax {
            guard let type = btf__type_by_id(raw, id) else { return nil }
            switch BTFKind(rawValue: UInt32(btf_kind(type))) {
            case .typedef, .const, .volatile, .restrict, .typeTag: id = type.pointee.type
            case nil: return nil
            default: return id
            }
        }
        return nil
    }

    /// How many types a chain may have: more make a circle.
    static let depthMax = 64

    private func text(_ offset: UInt32) -> String {
        btf__name_by_offset(raw, offset).map { String(cString: $0) } ?? ""
    }

    private func length(of name: UnsafePointer<UInt8>) -> Int {
        var count = 0
        while name[count] != 0 { count += 1 }
        return count
    }

    private func integer(_ type: UnsafePointer<btf_type>, _ name: String) -> BTFInteger {
        let encoding = btf_int_encoding(type)
        return BTFInteger(
            name: name, bytes: Int(type.pointee.size), bits: Int(btf_int_bits(type)),
            bitOffset: Int(btf_int_offset(type)), isSigned: encoding & 1 != 0,
            isCharacter: encoding & 2 != 0, isBoolean: encoding & 4 != 0)
    }

    private func composite(
        _ type: UnsafePointer<btf_type>, _ name: String, isUnion: Bool
    ) -> BTFComposite {
        let start = btf_members(type)
        let members = (0..<UInt32(btf_vlen(type))).compactMap { index in
            start.map { start in
                let member = start[Int(index)]
                let bits = Int(btf_member_bitfield_size(type, index))
                return BTFComposite.Member(
                    name: text(member.name_off), type: member.type,
                    bitOffset: Int(btf_member_bit_offset(type, index)),
                    bitFieldSize: bits > 0 ? bits : nil)
            }
        }
        return BTFComposite(
            name: name, isUnion: isUnion, bytes: Int(type.pointee.size), members: members)
    }

    private func enumeration(_ type: UnsafePointer<btf_type>, _ name: String) -> BTFEnumeration {
        let isSigned = btf_kflag(type)
        let values = UnsafeBufferPointer(start: btf_enum(type), count: Int(btf_vlen(type)))
        return BTFEnumeration(
            name: name, bytes: Int(type.pointee.size), isSigned: isSigned,
            values: values.map { entry in
                let value =
                    isSigned ? Int64(entry.val) : Int64(UInt32(bitPattern: entry.val))
                return .init(name: text(entry.name_off), value: value)
            })
    }

    private func enumeration64(_ type: UnsafePointer<btf_type>, _ name: String) -> BTFEnumeration {
        let values = UnsafeBufferPointer(start: btf_enum64(type), count: Int(btf_vlen(type)))
        return BTFEnumeration(
            name: name, bytes: Int(type.pointee.size), isSigned: btf_kflag(type),
            values: values.map { entry in
                let bits = UInt64(entry.val_hi32) << 32 | UInt64(entry.val_lo32)
                return .init(name: text(entry.name_off), value: Int64(bitPattern: bits))
            })
    }

    private func prototype(_ type: UnsafePointer<btf_type>) -> BTFPrototype {
        let parameters = UnsafeBufferPointer(start: btf_params(type), count: Int(btf_vlen(type)))
            .map { BTFPrototype.Parameter(name: text($0.name_off), type: $0.type) }
        // An ellipsis is a last parameter without name and type.
        let isVariadic = parameters.last.map { $0.type == 0 && $0.name.isEmpty } ?? false
        return BTFPrototype(
            returns: type.pointee.type,
            parameters: isVariadic ? parameters.dropLast() : parameters, isVariadic: isVariadic)
    }

    private func sectionVariables(_ type: UnsafePointer<btf_type>) -> [BTFSectionVariable] {
        UnsafeBufferPointer(start: btf_var_secinfos(type), count: Int(btf_vlen(type))).map {
            BTFSectionVariable(
                variable: $0.type, offset: Int($0.offset), bytes: Int($0.size))
        }
    }
}
