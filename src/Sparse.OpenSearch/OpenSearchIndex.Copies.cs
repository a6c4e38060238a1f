using System.Text.Json.Nodes;
using Sparse.Fusion;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Storage;
using Sparse.OpenSearch.Cluster;
using Sparse.OpenSearch.Documents;
using Sparse.OpenSearch.Searching;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.OpenSearch;

/// <content>The whole index read back: into a folder, or through another encoder.</content>
public sealed partial class OpenSearchIndex
{
    private const int DocumentsOfAPage = 256;

    /// <summary>Makes a local index of this one, with its vectors as they are: searches find the same.</summary>
    /// <param name="directory">A folder that is empty or does not exist yet; removed again when this fails.</param>
    /// <param name="progress">Told how many documents more are done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many documents there are.</returns>
    /// <exception cref="InvalidOperationException">The index holds vectors, and was opened without the encoder that made them.</exception>
    /// <exception cref="IOException">The folder holds files, the disk is full, or the cluster does not answer.</exception>
    public int Pull(string directory, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        View view = _view;
        IndexMeta meta = view.Meta;
        ITermEncoder? encoder = meta.Encoder is null ? null : _encoder
            ?? throw new InvalidOperationException($"The index '{Name}' holds vectors by encoder '{meta.Encoder.Name}': open it with that encoder to pull it.");
        using SparseIndex index = SparseIndex.Create(directory, encoder, _options.Index with
        {
            MaxWeight = meta.Scale is { } scale ? MaxWeightOf(scale) : null,
            Language = meta.Language,
            Fields = Fields,
        });
        try
        {
            int count = 0;
            foreach (StoredDocument[] page in ReadAll(view, withVectors: true, cancellationToken).Chunk(DocumentsOfAPage))
            {
                PassageVector[][]? vectors = encoder is null ? null
                    : Array.ConvertAll(page, document => document.Passages.Select(passage => new PassageVector(VectorOf(passage, encoder.Vocabulary, meta.Scale!.Value), passage.Span)).ToArray());
                index.Add(new EncodedDocuments(Array.ConvertAll(page, document => document.Document), vectors, index.Encoder));
                count += page.Length;
                progress?.Report(page.Length);
            }

            if (FusionCalibration.TryParse(meta.Calibration) is { } calibration)
            {
                index.SetCalibration(calibration);
            }

            index.Commit();
            return count;
        }
        catch
        {
            index.Dispose();
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Encodes all texts anew by another encoder, into the index's next generation, to which its name moves when it is whole.</summary>
    /// <remarks>
    /// Searches go on meanwhile, and afterwards too in applications that still have the former generation open: it stays until the next
    /// push or re-encoding begins. Documents that are added meanwhile are not in it.
    /// </remarks>
    /// <param name="target">URL[,URL...][/NAME].</param>
    /// <param name="encoder">The new encoder.</param>
    /// <param name="options">Options; null for the defaults. Chunker, pruning and MaxWeight are those of the new vectors.</param>
    /// <param name="progress">Told how many documents more are done.</param>
    /// <param name="cancellationToken">Stops it; the next run goes on, but encodes from the start.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="IOException">The cluster can't be reached, or could not take documents for too long.</exception>
    /// <exception cref="ArgumentException">The encoder is for queries alone.</exception>
    public static PushReport Reencode(string target, ITermEncoder encoder, OpenSearchOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using OpenSearchIndex index = Open(target, null, options);
        IndexIdentity identity = IndexIdentity.ForNew(encoder, index._options.Index.MaxWeight);
        IndexMeta meta = index._view.Meta with
        {
            Encoder = identity.Encoder,
            Scale = identity.Scale,
            Passages = index._options.Index is { Chunker: not null, Passages: PassageUse.Keep },
            Calibration = null,
            Notes = new Dictionary<string, string>(),
        };
        var encoding = new DocumentEncoding(encoder, index._options.Index.Chunker, index._options.Index.Passages, index._options.Index.Pruning);
        IEnumerable<StoredDocument> documents = index.ReadAll(index._view, withVectors: false, cancellationToken).Chunk(DocumentsOfAPage)
            .SelectMany(page => Encode(meta, Array.ConvertAll(page, document => document.Document), encoder, encoding, cancellationToken));
        return new Publication(index._client, index._server, index.Name, index._options).Run(meta, documents, progress, cancellationToken);
    }

    /// <summary>All documents, in the order that breaks ties.</summary>
    private IEnumerable<StoredDocument> ReadAll(View view, bool withVectors, CancellationToken cancellationToken)
    {
        _client.Send(HttpMethod.Post, view.Generation.Index + "/_refresh", cancellationToken: cancellationToken);
        string[] members = withVectors ? [.. StoredFields.Split(','), VectorField.Name, "passages"] : StoredFields.Split(',');
        var request = new JsonObject
        {
            ["size"] = DocumentsOfAPage,
            ["_source"] = new JsonArray([.. members.Select(member => (JsonNode)member)]),
            ["sort"] = new JsonArray(new JsonObject { ["order"] = "asc" }),
        };
        return Scroll.Read(_client, view.Generation.Index, request, cancellationToken).Select(hit => hit.GetProperty("_source"))
            .Select(source => new StoredDocument(DocumentJson.Read(source), withVectors ? view.Json.ReadVectors(source) : []));
    }

    private static TermVector VectorOf(StoredPassage passage, Vocabulary vocabulary, float scale) =>
        TermVector.FromPairs(passage.Terms.Select((term, i) => KeyValuePair.Create(
            vocabulary.TryGetId(term, out int id) ? id : throw new InvalidDataException($"The index has the term '{term}', and the encoder's vocabulary has not: they do not belong together."),
            passage.Impacts[i] * scale)));

    // The weight of impact 255 whose 255th part is the scale to the last bit: it is one of the floats around the product.
    private static float MaxWeightOf(float scale)
    {
        float product = scale * ImpactQuantizer.MaxImpact;
        return Array.Find([product, MathF.BitDecrement(product), MathF.BitIncrement(product)], weight => ImpactQuantizer.ForMaxWeight(weight).Scale == scale) is > 0 and var found ? found
            : throw new InvalidDataException($"The scale {scale} of the index is none that a local index could have.");
    }
}
