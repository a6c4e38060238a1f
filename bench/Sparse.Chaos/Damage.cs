using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Chaos;

/// <summary>What one changed byte did.</summary>
internal enum Outcome
{
    /// <summary>An error that says that the index is damaged, or of another version.</summary>
    Detected,

    /// <summary>Every answer was that of the sound index.</summary>
    Harmless,

    /// <summary>Another answer: a failure.</summary>
    Wrong,

    /// <summary>An error that doesn't say what is the matter: a failure.</summary>
    Unclear,

    /// <summary>The process ended: a failure. Written by who started it.</summary>
    Crash,

    /// <summary>No answer within two minutes: a failure. Written by who started it.</summary>
    Hang,
}

/// <summary>One trial.</summary>
/// <param name="Number">Its number, which decides everything else.</param>
/// <param name="File">The file that was changed.</param>
/// <param name="Offset">The byte.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">The error, or what differs.</param>
internal sealed record Trial(int Number, string File, long Offset, Outcome Outcome, string Detail)
{
    /// <summary>The kind of the file.</summary>
    public string Kind => File.StartsWith("segments", StringComparison.Ordinal) ? File == "segments.gen" ? File : "segments_N" : Path.GetExtension(File).TrimStart('.');
}

/// <summary>Changes one byte of an index after the other, asks, and puts the byte back.</summary>
/// <remarks>A file is chosen, half the time all alike and half the time by its size, then a byte, then another value for it.</remarks>
internal sealed class Damage
{
    private readonly Subject _subject;
    private readonly (string Path, long Length)[] _files;
    private readonly long _bytes;
    private readonly string?[] _answers = new string[Subject.Questions];

    /// <summary>Prepares the trials.</summary>
    /// <param name="subject">The index; changed and restored.</param>
    public Damage(Subject subject)
    {
        _subject = subject;
        _files = [.. new DirectoryInfo(subject.Folder).GetFiles().Where(file => file.Length > 0).OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => (file.FullName, file.Length))];
        _bytes = _files.Sum(file => file.Length);
    }

    /// <summary>The kinds of files that are changed, with their bytes.</summary>
    public IReadOnlyList<(string Path, long Length)> Files => _files;

    /// <summary>Runs one trial.</summary>
    /// <param name="number">Its number.</param>
    public Trial Run(int number)
    {
        Change change = Choose(number);
        string expected = _answers[change.Question] ??= _subject.Read(change.Question);
        change.Apply(_subject.Folder);
        try
        {
            return Judge(number, change, expected, () => _subject.Read(change.Question));
        }
        finally
        {
            change.Apply(_subject.Folder);
        }
    }

    /// <summary>Merges a damaged copy into one segment: what no reader would have noticed must not become a sound-looking index.</summary>
    /// <param name="number">The trial's number; the same byte as in <see cref="Run"/>.</param>
    /// <param name="copy">A folder to copy to; removed again.</param>
    /// <param name="encoder">The index's encoder.</param>
    public Trial Merge(int number, string copy, ITermEncoder encoder)
    {
        Change change = Choose(number);
        Directory.CreateDirectory(copy);
        foreach ((string file, _) in _files)
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        change.Apply(copy);
        try
        {
            return Judge(number, change, Scores(_subject.Folder, encoder, change.Question), () =>
            {
                using (SparseIndex index = SparseIndex.Open(copy, encoder))
                {
                    index.Optimize();
                }

                return Scores(copy, encoder, change.Question);
            });
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static Trial Judge(int number, Change change, string expected, Func<string> read)
    {
        try
        {
            string found = read();
            return new Trial(number, change.File, change.Offset, found == expected ? Outcome.Harmless : Outcome.Wrong, found == expected ? "" : Difference(expected, found));
        }
#pragma warning disable CA1031 // Whatever damaged bytes make a reader throw is the finding.
        catch (Exception e)
#pragma warning restore CA1031
        {
            bool isClear = e is InvalidDataException or IOException && e.Message.Length > 20;
            return new Trial(number, change.File, change.Offset, isClear ? Outcome.Detected : Outcome.Unclear, $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private Change Choose(int number)
    {
        var random = new Random(number);
        (string path, long length) = random.Next(2) == 0 ? _files[random.Next(_files.Length)] : At(random.NextInt64(_bytes));
        return new Change(Path.GetFileName(path), random.NextInt64(length), (byte)random.Next(1, 256), random.Next(Subject.Questions));
    }

    /// <summary>All documents and what they score for a query that most have a term of; merging changes neither.</summary>
    private static string Scores(string folder, ITermEncoder encoder, int question)
    {
        using SparseIndex index = SparseIndex.OpenReadOnly(folder, encoder);
        TermVector query = TermVector.FromPairs(Enumerable.Range(0, encoder.Vocabulary.Count).Where(term => term % Subject.Questions == question).Select(term => KeyValuePair.Create(term, 1f)));
        return string.Join('\n', index.SearchVector(query, index.Count).Hits.Select(hit => $"{hit.Id} {hit.Score} {hit.Text}").Order(StringComparer.Ordinal));
    }

    private (string Path, long Length) At(long place)
    {
        int file = 0;
        for (; place >= _files[file].Length; file++)
        {
            place -= _files[file].Length;
        }

        return _files[file];
    }

    private static string Difference(string expected, string found)
    {
        int at = expected.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"at {at}: '{Cut(expected)}' became '{Cut(found)}'";

        string Cut(string text) => text[Math.Min(at, text.Length)..Math.Min(at + 40, text.Length)];
    }

    /// <summary>One changed byte, and the question to ask then.</summary>
    private sealed record Change(string File, long Offset, byte Bits, int Question)
    {
        /// <summary>Changes the byte, or puts it back.</summary>
        public void Apply(string folder)
        {
            using var file = new FileStream(Path.Combine(folder, File), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Seek(Offset, SeekOrigin.Begin);
            int before = file.ReadByte();
            file.Seek(Offset, SeekOrigin.Begin);
            file.WriteByte((byte)(before ^ Bits));
        }
    }
}
