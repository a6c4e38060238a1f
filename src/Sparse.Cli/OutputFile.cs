using System.Text;

namespace Sparse.Cli;

/// <summary>Writes a result file whole or not at all.</summary>
internal static class OutputFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text file through a draft beside it, so that a failure leaves what was there before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    public static void Write(string path, Action<StreamWriter> write) => WriteBytes(path, stream =>
    {
        using var writer = new StreamWriter(stream, Utf8, leaveOpen: true);
        write(writer);
    });

    /// <summary>Writes a file through a draft beside it, so that a failure leaves what was there before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    public static void WriteBytes(string path, Action<Stream> write)
    {
        RequireFolder(path);
        if (IsDevice(path))
        {
            // A pipe or device can't be replaced by a file.
            using var direct = new FileStream(path, FileMode.Open, FileAccess.Write);
            write(direct);
            return;
        }

        string draft = path + ".new";
        try
        {
            using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Says early that a file can't be written because its folder is not there, before hours of work.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WrongInputException">The folder is not there, or the path is a folder.</exception>
    public static void RequireFolder(string path)
    {
        if (Directory.Exists(path))
        {
            throw new WrongInputException($"'{path}' is a folder, not a file to write");
        }

        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new WrongInputException($"there is no folder '{folder}' to write '{Path.GetFileName(path)}' to");
        }
    }

    private static bool IsDevice(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return false;
        }

        using var probe = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        return !probe.CanSeek;
    }
}
