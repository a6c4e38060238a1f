using Sparse.Encoders.Splade;
using Sparse.Formats.Vectors;
using Sparse.LuceneNet;
using Sparse.Tokens;

namespace Sparse.Cli.Vectors;

/// <summary>Files and index folders that hold vectors.</summary>
internal static class VectorPlace
{
    /// <summary>The format of a source by its name or kind.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <returns>Null where the name says nothing.</returns>
    public static VectorFormat? FormatOf(string path) => SparseIndex.Exists(path) ? VectorFormat.Index : VectorFile.FormatOf(path);

    /// <summary>The format of a target by its name: a folder's has no extension, or ends in a slash.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <returns>Null where the name says nothing.</returns>
    public static VectorFormat? FormatOfTarget(string path) =>
        Directory.Exists(path) || Path.EndsInDirectorySeparator(path) || !Path.HasExtension(path) ? VectorFormat.Index : VectorFile.FormatOf(path);

    /// <summary>True for files whose names say that they can hold nothing but vectors.</summary>
    /// <param name="path">A file.</param>
    public static bool IsKnown(string path) => VectorFile.FormatOf(path) is VectorFormat.Ciff or VectorFormat.Bin or VectorFormat.Parquet && !Directory.Exists(path);

    /// <summary>Opens a source.</summary>
    /// <param name="path">A file or an index folder.</param>
    /// <param name="format">Its format.</param>
    /// <param name="terms">A table by <see cref="VectorFile.TermsOf"/>.</param>
    public static VectorReader Open(string path, VectorFormat format, TermTable terms) =>
        format == VectorFormat.Index ? new IndexVectorReader(path, terms) : VectorFile.Read(path, format, terms);

    /// <summary>The files of the inputs: a file itself, of a folder that is no index every file of the format by its name.</summary>
    /// <param name="inputs">Files and folders.</param>
    /// <param name="format">The format; null: by the names.</param>
    /// <returns>The files and their format.</returns>
    /// <exception cref="WrongInputException">There is none, or they are of several formats.</exception>
    public static (IReadOnlyList<string> Files, VectorFormat Format) Find(IReadOnlyList<string> inputs, VectorFormat? format)
    {
        string[] files = [.. inputs.SelectMany(input => FilesOf(input, format))];
        if (files.Length == 0)
        {
            throw new WrongInputException($"no files of vectors in '{string.Join("', '", inputs)}'; say their layout with --vectors FORMAT, or name them");
        }

        VectorFormat?[] formats = format is null ? [.. files.Select(FormatOf).Distinct()] : [format];
        return formats is [{ } one] ? (files, one)
            : throw new WrongInputException(formats.Length > 1
                ? $"the inputs are vectors of several formats ({string.Join(", ", formats)}); index them one by one, with --append"
                : $"the name '{files[0]}' says no format of vectors; give it with --vectors FORMAT");
    }

    /// <summary>The vocabulary that an option names.</summary>
    /// <param name="choice">builtin, a file with a term a line, or a model folder; null for none.</param>
    /// <exception cref="WrongInputException">There is none.</exception>
    public static Vocabulary? Vocabulary(string? choice) => choice switch
    {
        null => null,
        EncoderChoice.BuiltIn => BuiltInVocabulary(),
        _ when File.Exists(choice) => new Vocabulary(File.ReadAllLines(choice)),
        _ when Directory.Exists(choice) => TokenizerFolder.Read(choice).Vocabulary,
        _ => throw new WrongInputException($"there is no vocabulary '{choice}'; --vocabulary takes builtin, a file with one term a line, or a model folder"),
    };

    private static IEnumerable<string> FilesOf(string input, VectorFormat? format) => !Directory.Exists(input) || SparseIndex.Exists(input)
        ? [input]
        : Directory.EnumerateFiles(input, "*", SearchOption.AllDirectories)
            .Where(file => VectorFile.FormatOf(file) is { } named && (format is null || named == format || named == VectorFormat.Jsonl)).Order(StringComparer.Ordinal);

    private static Vocabulary BuiltInVocabulary()
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        return encoder.Vocabulary;
    }
}
