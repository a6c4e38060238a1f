using System.Diagnostics;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>How far an upgrade is.</summary>
/// <param name="Covered">Live documents with vectors.</param>
/// <param name="Documents">All live documents.</param>
public sealed record UpgradeProgress(int Covered, int Documents);

/// <content>Vectors for an index that began with text alone.</content>
public sealed partial class SparseIndex
{
    private const int UpgradeWindow = 256;
    private static readonly TimeSpan UpgradeCommits = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Opens an index of text alone so that it takes vectors from now on, which is committed at once, and <see cref="Upgrade"/> can make those of the
    /// documents that are there; or an index whose upgrade was begun before, to go on with it.
    /// </summary>
    /// <param name="directory">The folder of an index that this library made.</param>
    /// <param name="encoder">Makes the vectors; of an upgrade that was begun, the same one.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index, open for writing.</returns>
    /// <exception cref="ArgumentException">The encoder is for queries alone.</exception>
    /// <exception cref="IOException">There is no index, or it is locked by another writer.</exception>
    /// <exception cref="InvalidDataException">Its texts are not stored, so that nobody can encode them; something else made it; it has vectors of another encoder; or its files are damaged.</exception>
    public static SparseIndex OpenToUpgrade(string directory, ITermEncoder encoder, SparseIndexOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(encoder);
        IndexFolder.RequireIndex(directory);
        return IndexFolder.Guard(directory, () => new SparseIndex([directory], encoder, options ?? new(), created: null, readOnly: false, upgrades: true));
    }

    /// <summary>Gives vectors to the documents that have none, in place, from their stored texts.</summary>
    /// <remarks>
    /// Searches and changes go on meanwhile; what others change or delete stays as they leave it. It commits every 30 seconds, so that after a crash
    /// it goes on from the last commit: then the index holds every document, each with its vectors or without.
    /// Hybrid search puts both on one scale: a document without vectors is assumed to score by its terms what documents with vectors score that
    /// have its score by words.
    /// </remarks>
    /// <param name="progress">Told at the beginning and after every window of documents; null for nobody.</param>
    /// <param name="commitEvery">Commit after so many documents at the latest, ≥ 1; null: by time alone.</param>
    /// <param name="cancellationToken">Stops it between batches of the encoder; what was done is committed.</param>
    /// <returns>How many documents got their vectors; 0 where all have them.</returns>
    /// <exception cref="InvalidOperationException">The index is read-only, of text alone, opened without its encoder, or being upgraded already.</exception>
    /// <exception cref="InvalidDataException">A text is not stored.</exception>
    /// <exception cref="IOException">The disk is full or fails; the last commit stays.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public int Upgrade(Action<UpgradeProgress>? progress = null, int? commitEvery = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(commitEvery ?? 1, 1, nameof(commitEvery));
        IndexChanges changes = RequireWriter();
        if (!_identity.HasVectors || _encoder is not { Identity.IsQueryOnly: false } encoder || _encoding is not { } encoding)
        {
            throw new InvalidOperationException($"The index in '{DirectoryPath}' can't be upgraded as it was opened: use OpenToUpgrade, with the encoder of its vectors.");
        }

        if (!_identity.IsPartial)
        {
            return 0;
        }

        bool isComplete = false;
        int done = 0;
        using DirectoryReader reader = changes.BeginUpgrade();
        try
        {
            var searcher = new IndexSearcher(reader);
            int[] missing = [.. Coverage.Missing(reader)];
            int documents = PassageColumns.CountDocuments(reader), uncommitted = 0;
            var sinceCommit = Stopwatch.StartNew();
            progress?.Invoke(new UpgradeProgress(documents - missing.Length, documents));
            foreach (int[] window in missing.Chunk(Math.Min(UpgradeWindow, commitEvery ?? UpgradeWindow)))
            {
                SparseDocument[] texts = Array.ConvertAll(window, doc =>
                {
                    DocumentFields.RequireText(searcher, doc, DirectoryPath);
                    return DocumentFields.Read(searcher, doc);
                });
                int covered = changes.Cover(EncodeChecked(texts, encoder, encoding, cancellationToken), encoder.Vocabulary);
                (done, uncommitted) = (done + covered, uncommitted + covered);
                if (sinceCommit.Elapsed >= UpgradeCommits || uncommitted >= commitEvery)
                {
                    Commit();
                    uncommitted = 0;
                    sinceCommit.Restart();
                }

                progress?.Invoke(new UpgradeProgress(documents - missing.Length + done, documents));
            }

            isComplete = true;
        }
        finally
        {
            changes.EndUpgrade(isComplete);
            if (isComplete || cancellationToken.IsCancellationRequested)
            {
                Commit();
            }
        }

        return done;
    }

    // A sentence for searches of a partial index; null where every document has its vectors.
    private string? UncoveredWarning(IndexSearcher searcher, string consequence) => _identity.IsPartial && IndexView.Uncovered(searcher) is > 0 and var missing
        ? $"{missing} of {PassageColumns.CountDocuments(searcher.IndexReader)} documents have no vectors yet: {consequence}."
        : null;
}
