using System.Text;

namespace Sparse.Cli;

/// <summary>Writes a result file whole or not at all.</summary>
internal static class OutputFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a file through a draft beside it, so that a failure leaves what was there before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    public static void Write(string path, Action<StreamWriter> write)
    {
        RequireFolder(path);
        if (File.Exists(path) is false && (path.StartsWith("/dev/", StringComparison.Ordinal) || Path.Exists(path)))
        {
            // A pipe or device can't be replaced.
            using var direct = new StreamWriter(path, append: false, Utf8);
            write(direct);
            return;
        }

        string draft = path + ".new";
        try
        {
            using (var writer = new StreamWriter(draft, append: false, Utf8))
            {
                write(writer);
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
}
