using Lucene.Net.Index;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;

namespace Sparse.LuceneNet.Storage;

/// <summary>Counts what an index holds.</summary>
internal static class IndexFigures
{
    /// <summary>Counts.</summary>
    /// <param name="reader">The index at some moment.</param>
    /// <param name="identity">Its encoder and scale.</param>
    /// <returns>The figures.</returns>
    public static IndexStatistics Count(IndexReader reader, IndexIdentity identity)
    {
        SparseFieldInfo? vectors = SparseFieldInfo.Read(reader, SparseFields.Sparse);
        var kinds = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (IndexCommit commit in JointSearchers.PartsOf(reader).Select(part => part.IndexCommit))
        {
            foreach (string file in commit.FileNames)
            {
                string kind = file.StartsWith("segments", StringComparison.Ordinal) ? "segments" : Path.GetExtension(file).TrimStart('.');
                kinds[kind] = kinds.GetValueOrDefault(kind) + FileLength(commit.Directory, file);
            }
        }

        int documents = PassageColumns.CountDocuments(reader);
        return new IndexStatistics
        {
            Documents = documents,
            DocumentsWithVectors = !identity.HasVectors ? 0 : identity.IsPartial ? documents - Coverage.Missing(reader).Count() : documents,
            Passages = reader.NumDocs,
            DeletedDocuments = reader.NumDeletedDocs,
            Segments = reader.Leaves.Count,
            Terms = CountTerms(reader),
            Postings = vectors?.PostingCount ?? 0,
            Bytes = kinds.Values.Sum(),
            BytesByKind = kinds,

            // Whole files where the field has its own; inside a compound file, what the field says of itself.
            SparseBytes = Math.Max(
                vectors?.Bytes ?? 0,
                kinds.GetValueOrDefault(ImpactPostingsFormat.DictionaryExtension) + kinds.GetValueOrDefault(ImpactPostingsFormat.PostingsExtension)),
            Encoder = identity.Encoder,
            Scale = identity.Scale,
            FormatVersion = vectors?.FormatVersion ?? ImpactPostingsFormat.Version,
        };
    }

    private static long CountTerms(IndexReader reader)
    {
        if (MultiFields.GetTerms(reader, SparseFields.Sparse) is not { } terms)
        {
            return 0;
        }

        if (terms.Count >= 0)
        {
            return terms.Count;
        }

        long count = 0;
        TermsEnum term = terms.GetEnumerator();
        while (term.MoveNext())
        {
            count++;
        }

        return count;
    }

    // Refreshed but not committed, a reader names the commit file that is yet to be written.
    private static long FileLength(Lucene.Net.Store.Directory directory, string file)
    {
        try
        {
            return directory.FileLength(file);
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
