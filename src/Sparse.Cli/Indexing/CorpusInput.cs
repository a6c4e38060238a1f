using System.Collections.Concurrent;
using Sparse.Cli.Display;
using Sparse.Formats;
using Sparse.LuceneNet;

namespace Sparse.Cli.Indexing;

/// <summary>The inputs of <c>index</c> and <c>encode</c>, and what was wrong with them.</summary>
internal sealed class CorpusInput
{
    private const int MostListed = 20;
    private readonly Corpus _corpus;
    private readonly ConcurrentQueue<BadInputException> _bad = new();

    /// <summary>Finds the files; reads none.</summary>
    /// <param name="inputs">Files and folders.</param>
    /// <param name="format">Their layout.</param>
    /// <param name="skipsBad">True to leave out what can't be read.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="BadInputException">An input is not there.</exception>
    public CorpusInput(IReadOnlyList<string> inputs, CorpusFormat format, bool skipsBad, CorpusOptions options) =>
        _corpus = Corpus.Open(inputs, format, options with { OnBadInput = skipsBad ? _bad.Enqueue : null });

    /// <summary>Share of the input's bytes that was read; null where that is not known (a pipe).</summary>
    public double? ShareRead => _corpus.BytesTotal == 0 ? null : (double)_corpus.BytesRead / _corpus.BytesTotal;

    /// <summary>Reads the documents once.</summary>
    public IEnumerable<SparseDocument> Read()
    {
        foreach (CorpusDocument read in _corpus)
        {
            var document = new SparseDocument(read.Id, read.Text) { Title = read.Title.Length == 0 ? null : read.Title };
            foreach ((string name, string value) in read.Fields)
            {
                // The index's own fields keep their names; a field of the input that is called the same gets a mark.
                bool isReserved = name is SparseFields.Id or SparseFields.Title or SparseFields.Text or SparseFields.Sparse;
                document.Fields[isReserved ? name + "_" : name] = value;
            }

            yield return document;
        }
    }

    /// <summary>Counts and lists what was left out, on standard error.</summary>
    public void ReportSkipped()
    {
        if (_corpus.SkippedFiles.Count > 0)
        {
            Screen.Warn($"{Figure.Count(_corpus.SkippedFiles.Count, "file")} of no known kind not read: {Listed(_corpus.SkippedFiles)}");
        }

        if (!_bad.IsEmpty)
        {
            Screen.Warn($"{Figure.Count(_bad.Count, "bad place")} skipped:");
            foreach (BadInputException bad in _bad.Take(MostListed))
            {
                Screen.Note("  " + bad.Message);
            }

            if (_bad.Count > MostListed)
            {
                Screen.Note($"  and {Figure.Count(_bad.Count - MostListed)} more");
            }
        }
    }

    private static string Listed(IReadOnlyList<string> files) =>
        string.Join(", ", files.Take(3)) + (files.Count > 3 ? $" and {Figure.Count(files.Count - 3)} more" : "");
}
