internal import Glibc

/// Standard input, output and error.
public enum StandardDescriptors {
    /// Takes the numbers of those that the caller has closed, so that no file, map or lock opened later gets one of
    /// them, and messages with it. Reading and writing them goes on to fail, with `EBADF`.
    public static func occupy() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
