using Sparse.Encoders.Folders;
using Sparse.Encoders.Safetensors;

namespace Sparse.Encoders.Transformers;

/// <summary>The tensors of a masked language model, each read once and of the shape that is expected.</summary>
internal sealed class TransformerTensors
{
    private const string Words = "embeddings.word_embeddings.weight";

    // In published files, and of no use here: the head for sentence pairs, the pooler, numbers of positions.
    private static readonly string[] Unused = ["pooler.", "cls.seq_relationship.", "embeddings.position_ids", "embeddings.token_type_ids"];

    // A protobuf message, which the graph is, ends below 2 GiB.
    private const long MaxFloats = (int.MaxValue - (1 << 24)) / sizeof(float);

    private readonly TensorSet _set;
    private readonly HashSet<string> _left;
    private readonly string _outer;
    private long _floats;

    /// <summary>Finds where a file's names begin: with the family's prefix, none, or another.</summary>
    /// <exception cref="InvalidDataException">There are no word embeddings, or several, or no head.</exception>
    internal TransformerTensors(TensorSet set, TransformerNames names)
    {
        _set = set;
        _left = [.. set.Names];
        string[] words = [.. set.Names.Where(name => name == Words || name.EndsWith("." + Words, StringComparison.Ordinal))];
        if (words.Length != 1)
        {
            throw new InvalidDataException($"{set.Path} holds {words.Length} tensors named …{Words}, and a masked language model has one.");
        }

        Encoder = words[0][..^Words.Length];
        _outer = Encoder.EndsWith(names.Base, StringComparison.Ordinal) ? Encoder[..^names.Base.Length] : Encoder;
        if (!Has(Head(names.Head) + ".weight"))
        {
            throw new InvalidDataException($"{set.Path} has no tensor '{Head(names.Head)}.weight': it holds an encoder without a masked language model's head, which gives no terms their weights.");
        }
    }

    /// <summary>What the names of the encoder's tensors begin with.</summary>
    internal string Encoder { get; }

    /// <summary>Name of a tensor of the head.</summary>
    internal string Head(string name) => _outer + name;

    /// <summary>True where there is such a tensor.</summary>
    internal bool Has(string name) => _set.Find(name) is not null;

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">Its whole name; the weight and bias of a normalisation may be called gamma and beta in the file.</param>
    /// <param name="shape">What its dimensions must be; 0 for any.</param>
    /// <returns>Its elements, row-major.</returns>
    /// <exception cref="InvalidDataException">It is not there, of another shape, not of floating point, or one too many.</exception>
    internal float[] Read(string name, params int[] shape)
    {
        string found = Has(name) ? name
            : name.Replace("Norm.weight", "Norm.gamma", StringComparison.Ordinal).Replace("Norm.bias", "Norm.beta", StringComparison.Ordinal);
        if (_set.Find(found) is not { } place)
        {
            throw new InvalidDataException($"{_set.Path} has no tensor '{name}'.");
        }

        if (place.Shape.Length != shape.Length || place.Shape.Zip(shape).Any(sizes => sizes.Second > 0 ? sizes.First != sizes.Second : sizes.First == 0))
        {
            throw new InvalidDataException(
                $"Tensor '{found}' of {_set.Path} has the shape [{string.Join(", ", place.Shape)}]; by config.json it must have [{string.Join(", ", shape.Select(size => size > 0 ? $"{size}" : "any"))}].");
        }

        _left.Remove(found);
        float[] values = _set.Read(found);
        _floats += values.Length;
        return _floats <= MaxFloats ? values
            : throw new InvalidDataException($"{_set.Path} holds more than the {MaxFloats} weights that fit into one graph; larger models are not supported.");
    }

    /// <summary>Refuses a file that holds more than was read, which the model it comes from would use.</summary>
    /// <exception cref="InvalidDataException">It does.</exception>
    internal void RequireAllRead()
    {
        string[] left = [.. _left.Where(name => !Unused.Any(unused => name.StartsWith(_outer + unused, StringComparison.Ordinal) || name.StartsWith(Encoder + unused, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
        if (left.Length > 0)
        {
            throw new InvalidDataException(
                $"{_set.Path} holds {left.Length} tensors that this architecture does not have, such as '{ModelJson.Short(left[0])}'; without them the weights would be others. Export the model to ONNX instead.");
        }
    }
}
