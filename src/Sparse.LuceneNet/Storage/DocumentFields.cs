using System.Globalization;
using System.Text;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.Chunks;
using Sparse.LuceneNet.Fields;

namespace Sparse.LuceneNet.Storage;

/// <summary>Translates documents to Lucene's and back.</summary>
internal static class DocumentFields
{
    /// <summary>Lucene's limit on the bytes of one term.</summary>
    private static readonly int MaxIdBytes = IndexWriter.MAX_TERM_LENGTH;

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        SparseFields.Id, SparseFields.Title, SparseFields.Text, SparseFields.Sparse, PassageColumns.Ordinal, PassageColumns.Span, Coverage.Column,
    };

    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal) { SparseFields.Title, SparseFields.Text };
    private static readonly HashSet<string> IdAlone = new(StringComparer.Ordinal) { SparseFields.Id };
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Refuses a document that can't be stored as it is.</summary>
    /// <param name="document">The document.</param>
    /// <param name="schema">The index's fields.</param>
    /// <exception cref="ArgumentException">Its id is empty, too long or not Unicode, or a field has a reserved name, no value or one that does not fit.</exception>
    public static void Validate(SparseDocument document, IndexSchema schema)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (document.Id.Length == 0)
        {
            throw new ArgumentException("A document's id is empty; give each document an id of its own.", nameof(document));
        }

        int bytes;
        try
        {
            bytes = StrictUtf8.GetByteCount(document.Id);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"The id '{Shorten(document.Id)}' holds half a surrogate pair at character {e.Index}, which no file can keep; use whole characters.", nameof(document), e);
        }

        if (bytes > MaxIdBytes)
        {
            throw new ArgumentException($"The id '{Shorten(document.Id)}' has {bytes} bytes in UTF-8, and Lucene takes {MaxIdBytes} at most; use a shorter id.", nameof(document));
        }

        foreach ((string name, string value) in document.Fields)
        {
            if (name.Length == 0 || Reserved.Contains(name))
            {
                throw new ArgumentException($"Document '{Shorten(document.Id)}' has a further field named '{name}'; that name is taken, choose another.", nameof(document));
            }

            if (value is null)
            {
                throw new ArgumentException($"Field '{name}' of document '{Shorten(document.Id)}' is null; leave it out instead.", nameof(document));
            }

            if (schema.Fields.TryGetValue(name, out FieldKind kind) && FieldValues.Problem(kind, value) is { } problem)
            {
                throw new ArgumentException($"Field '{name}' of document '{Shorten(document.Id)}' is '{Shorten(value)}': {problem}.", nameof(document));
            }
        }
    }

    /// <summary>Makes the Lucene document.</summary>
    /// <param name="document">A valid document.</param>
    /// <param name="vector">Its impacts as a field, or null.</param>
    /// <param name="schema">The index's fields.</param>
    /// <returns>The Lucene document.</returns>
    public static Document ToLucene(SparseDocument document, Field? vector, IndexSchema schema)
    {
        Document lucene = WithId(document.Id, vector);
        lucene.Add(new StoredField(SparseFields.Text, document.Text));
        lucene.Add(new TextField(SparseFields.Text, document.FullText, Field.Store.NO));
        if (document.Title is not null)
        {
            lucene.Add(new StoredField(SparseFields.Title, document.Title));
            lucene.Add(new TextField(SparseFields.Title, document.Title, Field.Store.NO));
        }

        foreach ((string name, string value) in document.Fields)
        {
            lucene.Add(new StoredField(name, value));
            if (schema.Fields.TryGetValue(name, out FieldKind kind))
            {
                FieldValues.AddTo(lucene, name, kind, value);
            }
        }

        return lucene;
    }

    /// <summary>Makes the Lucene document of one passage: the first has all that a document has, the others an id, a vector and what filters look at.</summary>
    /// <param name="document">A valid document.</param>
    /// <param name="ordinal">The passage's place, from 0.</param>
    /// <param name="span">Its span in the text.</param>
    /// <param name="vector">Its impacts as a field.</param>
    /// <param name="schema">The index's fields.</param>
    /// <returns>The Lucene document.</returns>
    public static Document ToLucene(SparseDocument document, int ordinal, Passage span, Field vector, IndexSchema schema)
    {
        Document lucene;
        if (ordinal == 0)
        {
            lucene = ToLucene(document, vector, schema);
        }
        else
        {
            // A filter has to let every passage of a document through, or none.
            lucene = WithId(document.Id, vector);
            foreach ((string name, string value) in document.Fields)
            {
                if (schema.Fields.TryGetValue(name, out FieldKind kind) && kind != FieldKind.Text)
                {
                    FieldValues.AddTo(lucene, name, kind, value);
                }
            }
        }

        PassageColumns.Add(lucene, ordinal, span);
        return lucene;
    }

    /// <summary>Reads a document's stored fields.</summary>
    /// <param name="searcher">The searcher.</param>
    /// <param name="doc">Lucene's document number.</param>
    /// <returns>The document, without its vector.</returns>
    /// <exception cref="InvalidDataException">It has no stored id.</exception>
    public static SparseDocument Read(IndexSearcher searcher, int doc)
    {
        Document stored = searcher.Doc(doc);
        var document = new SparseDocument(IdOf(stored, doc), stored.Get(SparseFields.Text, CultureInfo.InvariantCulture) ?? "") { Title = stored.Get(SparseFields.Title, CultureInfo.InvariantCulture) };
        foreach (IIndexableField field in stored.Fields)
        {
            if (!Reserved.Contains(field.Name) && field.GetStringValue(CultureInfo.InvariantCulture) is { } value)
            {
                document.Fields[field.Name] = value;
            }
        }

        return document;
    }

    /// <summary>Reads title and text of a document, as <see cref="SparseDocument.FullText"/> has them, and nothing else.</summary>
    /// <param name="searcher">The searcher.</param>
    /// <param name="doc">Lucene's document number.</param>
    public static string ReadText(IndexSearcher searcher, int doc)
    {
        Document stored = searcher.Doc(doc, Texts);
        return new SparseDocument("", stored.Get(SparseFields.Text, CultureInfo.InvariantCulture) ?? "") { Title = stored.Get(SparseFields.Title, CultureInfo.InvariantCulture) }.FullText;
    }

    /// <summary>Refuses a document whose text is not stored, so that nobody can encode it.</summary>
    /// <param name="searcher">The searcher.</param>
    /// <param name="doc">Lucene's document number.</param>
    /// <param name="path">The folder, for the error message.</param>
    /// <exception cref="InvalidDataException">It is not stored.</exception>
    public static void RequireText(IndexSearcher searcher, int doc, string path)
    {
        Document stored = searcher.Doc(doc);
        if (stored.GetField(SparseFields.Text) is null)
        {
            throw new InvalidDataException($"The index in '{path}' does not store the text of document '{Shorten(stored.Get(SparseFields.Id, CultureInfo.InvariantCulture) ?? "")}' (field '{SparseFields.Text}'), so it can't be encoded: index the texts anew with an encoder.");
        }
    }

    /// <summary>Reads a document's id alone.</summary>
    /// <param name="searcher">The searcher.</param>
    /// <param name="doc">Lucene's document number.</param>
    /// <returns>The id.</returns>
    /// <exception cref="InvalidDataException">It has no stored id.</exception>
    public static string ReadId(IndexSearcher searcher, int doc)
    {
        IList<AtomicReaderContext> leaves = searcher.IndexReader.Leaves;
        AtomicReaderContext leaf = leaves[ReaderUtil.SubIndex(doc, leaves)];
        if (leaf.AtomicReader.GetBinaryDocValues(SparseFields.Id) is { } column)
        {
            var id = new BytesRef();
            column.Get(doc - leaf.DocBase, id);
            if (id.Length > 0)
            {
                return id.Utf8ToString();
            }
        }

        return IdOf(searcher.Doc(doc, IdAlone), doc);
    }

    /// <summary>The live document with an id.</summary>
    /// <param name="reader">The index.</param>
    /// <param name="id">The id.</param>
    /// <returns>Lucene's document number; −1 when there is none.</returns>
    public static int Find(IndexReader reader, string id)
    {
        var term = new Term(SparseFields.Id, id);
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            int doc = leaf.AtomicReader.GetTermDocsEnum(term)?.NextDoc() ?? DocIdSetIterator.NO_MORE_DOCS;
            if (doc != DocIdSetIterator.NO_MORE_DOCS)
            {
                return leaf.DocBase + doc;
            }
        }

        return -1;
    }

    /// <summary>Cuts a long id for a message.</summary>
    /// <param name="id">The id.</param>
    /// <returns>At most 60 characters and an ellipsis.</returns>
    public static string Shorten(string id) => id.Length <= 60 ? id : id[..60] + "…";

    private static Document WithId(string id, Field? vector)
    {
        // A column of ids: a run of 1,000 hits a query would otherwise unpack 1,000 blocks of stored text for them.
        var lucene = new Document { new StringField(SparseFields.Id, id, Field.Store.YES), new BinaryDocValuesField(SparseFields.Id, new BytesRef(id)) };
        if (vector is not null)
        {
            lucene.Add(vector);
        }

        return lucene;
    }

    private static string IdOf(Document stored, int doc) =>
        stored.Get(SparseFields.Id, CultureInfo.InvariantCulture) ?? throw new InvalidDataException($"Document number {doc} has no stored field '{SparseFields.Id}': something other than this library added it.");
}
