internal import CLibelf
internal import LinuxSystem
internal import SystemPackage

/// An ELF file, of which symbols and notes are read.
final class ELFFile {
    // `elf` reads from the descriptor until its end.
    private let descriptor: OwnedDescriptor
    private let elf: OpaquePointer

    /// A function by its symbol.
    struct Function {
        let name: String
        /// Where it is in memory, before relocation.
        let address: UInt64
        let bytes: UInt64
    }

    /// A USDT probe, as a note in section `.note.stapsdt` has it.
    struct Marker: Equatable {
        let provider: String
        let name: String
        let arguments: String
    }

    /// Opens a file.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``TracingError`` if it cannot be opened, or is not ELF.
    init(path: String) throws(TracingError) {
        let attempt = "read symbols of"
        do throws(Errno) {
            descriptor = try OwnedDescriptor.open(path)
        } catch {
            throw TracingError(
                attempt, path, error.sentence, errno: error,
                code: error == .permissionDenied ? .unsupported : .failed)
        }
        elf_version(UInt32(EV_CURRENT))
        guard let elf = elf_begin(descriptor.rawValue, ELF_C_READ_MMAP, nil) else {
            throw TracingError(attempt, path, "it cannot be read as an ELF file")
        }
        guard elf_kind(elf) == ELF_K_ELF else {
            elf_end(elf)
            throw TracingError(attempt, path, "it is no ELF file")
        }
        self.elf = elf
    }

    deinit {
        elf_end(elf)
    }

    /// The functions that are defined in the file, of both symbol tables.
    func functions() -> [Function] {
        var functions: [Function] = []
        forEachSection { section, header in
            guard header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM,
                header.sh_entsize > 0, let data = elf_getdata(section, nil)
            else { return }
            let count = min(header.sh_size / header.sh_entsize, UInt64(Int32.max))
            for index in 0..<Int32(count) {
                var symbol = GElf_Sym()
                guard gelf_getsym(data, index, &symbol) != nil else { break }
                let type = symbol.st_info & 0xf
                guard type == STT_FUNC || type == STT_GNU_IFUNC,
                    symbol.st_shndx != SHN_UNDEF, symbol.st_value != 0,
                    let name = elf_strptr(elf, Int(header.sh_link), Int(symbol.st_name)),
                    name.pointee != 0
                else { continue }
                functions.append(
                    Function(
                        name: String(cString: name), address: symbol.st_value,
                        bytes: symbol.st_size))
            }
        }
        return functions
    }

    /// The places that the author has marked.
    func markers() -> [Marker] {
        var markers: [Marker] = []
        let word = gelf_fsize(elf, ELF_T_ADDR, 1, UInt32(EV_CURRENT))
        forEachSection { section, header in
            guard header.sh_type == SHT_NOTE, let data = elf_getdata(section, nil),
                let start = data.pointee.d_buf
            else { return }
            let bytes = UnsafeRawBufferPointer(start: start, count: data.pointee.d_size)
            var (offset, note, name, text) = (0, GElf_Nhdr(), 0, 0)
            while true {
                let next = gelf_getnote(data, offset, &note, &name, &text)
                guard next > offset else { return }
                offset = next
                // struct { Elf_Addr pc, base, semaphore; char provider[], name[], arguments[]; }
                let end = text + Int(note.n_descsz)
                guard note.n_type == 3, end <= bytes.count, name + 8 <= bytes.count,
                    bytes[name..<(name + 8)].elementsEqual("stapsdt\0".utf8),
                    end - text > 3 * word
                else { continue }
                let words = bytes[(text + 3 * word)..<end].split(
                    separator: 0, omittingEmptySubsequences: false)
                guard words.count >= 3 else { continue }
                markers.append(
                    Marker(
                        provider: String(decoding: words[0], as: UTF8.self),
                        name: String(decoding: words[1], as: UTF8.self),
                        arguments: String(decoding: words[2], as: UTF8.self)))
            }
        }
        return markers
    }

    private func forEachSection(_ body: (OpaquePointer, GElf_Shdr) -> Void) {
        var section = elf_nextscn(elf, nil)
        while let current = section {
            var header = GElf_Shdr()
            if gelf_getshdr(current, &header) != nil { body(current, header) }
            section = elf_nextscn(elf, current)
        }
    }
}
