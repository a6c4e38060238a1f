using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Postings;

namespace Sparse.LuceneNet.Storage;

/// <summary>Looks for damage: Lucene's own check of every structure, then what only this library knows to hold.</summary>
internal sealed class IndexCheck
{
    // A damaged index could have millions; the first ones say what is wrong.
    private const int MaxProblems = 100;

    private readonly List<string> _problems = [];
    private long _postings;
    private int _documents;

    private IndexCheck()
    {
    }

    /// <summary>Checks the newest commit.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <returns>What was found.</returns>
    public static CheckReport Run(CheckedDirectory directory, string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            long generation = SegmentInfos.GetLastCommitGeneration(directory);
            CheckReport report = RunOnce(directory, path);

            // A writer that commits meanwhile deletes files of the commit under check: that is no damage, so check the newer one.
            if (report.IsClean || attempt == 5 || SegmentInfos.GetLastCommitGeneration(directory) == generation)
            {
                return report;
            }
        }
    }

    private static CheckReport RunOnce(CheckedDirectory directory, string path)
    {
        var check = new IndexCheck();
        var output = new StringWriter(CultureInfo.InvariantCulture);
        check.Attempt("Lucene's check", () => check.RunLucene(directory, output));
        check.Attempt("Opening the index", () =>
        {
            using DirectoryReader reader = DirectoryReader.Open(directory);
            check._documents = reader.NumDocs;
            check.Attempt("The identity", () => IndexIdentity.Read(reader, path));
            check.Attempt("The impacts", () => check.CheckImpacts(reader));
            check.Attempt("The documents", () => check.CheckDocuments(reader));
        });
        return new CheckReport(check._documents, check._postings, check._problems, output.ToString());
    }

    private void RunLucene(CheckedDirectory directory, StringWriter output)
    {
        var lucene = new CheckIndex(directory) { InfoStream = output };
        CheckIndex.Status status = lucene.DoCheckIndex();
        if (status.Clean)
        {
            return;
        }

        foreach (CheckIndex.Status.SegmentInfoStatus segment in status.SegmentInfos.Where(segment => segment.OpenReaderPassed == false))
        {
            Report($"Lucene's check found segment {segment.Name} damaged ({segment.DocCount} documents).");
        }

        if (_problems.Count == 0)
        {
            string reason = output.ToString().Split('\n').FirstOrDefault(line => line.Contains("ERROR", StringComparison.Ordinal)) ?? "see its output";
            Report($"Lucene's check failed: {reason.Trim()}.");
        }
    }

    private void CheckImpacts(DirectoryReader reader)
    {
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            if (ImpactTerms.Of(leaf.AtomicReader, SparseFields.Sparse) is not { } terms)
            {
                continue;
            }

            long postings = 0;
            TermsEnum term = terms.GetEnumerator();
            DocsAndPositionsEnum? docs = null;
            while (term.MoveNext())
            {
                docs = term.DocsAndPositions(liveDocs: null, docs, DocsAndPositionsFlags.PAYLOADS);
                int last = -1;
                int inTerm = 0;
                while (docs.NextDoc() != DocIdSetIterator.NO_MORE_DOCS)
                {
                    docs.NextPosition();
                    BytesRef? payload = docs.GetPayload();
                    if (payload is null || payload.Length != 1 || payload.Bytes[payload.Offset] == 0)
                    {
                        Report($"Term '{term.Term.Utf8ToString()}' has no impact of 1 to 255 in document {docs.DocID} of segment {terms.Segment}.");
                    }

                    if (docs.DocID <= last || docs.DocID >= terms.MaxDoc)
                    {
                        Report($"Term '{term.Term.Utf8ToString()}' has document {docs.DocID} after {last} in segment {terms.Segment} of {terms.MaxDoc} documents.");
                        break;
                    }

                    last = docs.DocID;
                    inTerm++;
                }

                if (inTerm != term.DocFreq)
                {
                    Report($"Term '{term.Term.Utf8ToString()}' has {inTerm} postings in segment {terms.Segment}, and its dictionary says {term.DocFreq}.");
                }

                postings += inTerm;
            }

            if (postings != terms.SumDocFreq)
            {
                Report($"Segment {terms.Segment} has {postings} sparse postings, and its dictionary says {terms.SumDocFreq}.");
            }

            _postings += postings;
        }
    }

    private void CheckDocuments(DirectoryReader reader)
    {
        var idOfDoc = new string?[reader.MaxDoc];
        IBits? live = MultiFields.GetLiveDocs(reader);
        if (MultiFields.GetTerms(reader, SparseFields.Id) is { } ids)
        {
            TermsEnum term = ids.GetEnumerator();
            DocsEnum? docs = null;
            while (term.MoveNext())
            {
                string id = term.Term.Utf8ToString();
                docs = term.Docs(live, docs, DocsFlags.NONE);
                int count = 0, first = 0;
                bool isBlock = true;
                while (docs.NextDoc() != DocIdSetIterator.NO_MORE_DOCS)
                {
                    first = count == 0 ? docs.DocID : first;
                    isBlock &= docs.DocID == first + count && PassageColumns.HeadOf(reader.Leaves, docs.DocID) == first;
                    count++;
                    if (idOfDoc[docs.DocID] is { } other)
                    {
                        Report($"Document number {docs.DocID} has two ids, '{DocumentFields.Shorten(other)}' and '{DocumentFields.Shorten(id)}'.");
                    }

                    idOfDoc[docs.DocID] = id;
                }

                if (!isBlock)
                {
                    Report($"Id '{DocumentFields.Shorten(id)}' has {count} documents, which are not the passages of one.");
                }
            }
        }

        var searcher = new IndexSearcher(reader);
        for (int doc = 0; doc < reader.MaxDoc; doc++)
        {
            if (live is not null && !live.Get(doc))
            {
                continue;
            }

            int number = doc;
            Attempt($"Document number {doc}", () =>
            {
                string stored = DocumentFields.Read(searcher, number).Id;
                if (DocumentFields.ReadId(searcher, number) is var column && column != stored)
                {
                    Report($"Document number {number} has the stored id '{DocumentFields.Shorten(stored)}' and '{DocumentFields.Shorten(column)}' in the column of ids.");
                }

                if (stored != idOfDoc[number])
                {
                    Report($"Document number {number} has the stored id '{DocumentFields.Shorten(stored)}' and the indexed id '{DocumentFields.Shorten(idOfDoc[number] ?? "")}'.");
                }
            });
        }
    }

    // Damaged bytes can make any reader throw anything; each such exception is a finding, not a failure of the check.
#pragma warning disable CA1031
    private void Attempt(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Report($"{what} failed: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}.");
        }
    }
#pragma warning restore CA1031

    private void Report(string problem)
    {
        if (_problems.Count < MaxProblems)
        {
            _problems.Add(problem);
        }
        else if (_problems.Count == MaxProblems)
        {
            _problems.Add($"More than {MaxProblems} problems; the rest is not listed.");
        }
    }
}
