namespace Sparse.Encoders.Transformers;

/// <summary>What a family of models calls its tensors, as Hugging Face's transformers writes them.</summary>
internal sealed record TransformerNames
{
    /// <summary>BertForMaskedLM.</summary>
    internal static TransformerNames Bert { get; } = new()
    {
        Base = "bert.",
        Layers = "encoder.layer.",
        Query = "attention.self.query",
        Key = "attention.self.key",
        Value = "attention.self.value",
        Output = "attention.output.dense",
        AttentionNorm = "attention.output.LayerNorm",
        Inner = "intermediate.dense",
        Outer = "output.dense",
        OuterNorm = "output.LayerNorm",
        Head = "cls.predictions.transform.dense",
        HeadNorm = "cls.predictions.transform.LayerNorm",
        Decoder = "cls.predictions.decoder",
        Bias = "cls.predictions.bias",
    };

    /// <summary>RobertaForMaskedLM, and XLM-RoBERTa's and CamemBERT's.</summary>
    internal static TransformerNames Roberta { get; } = Bert with
    {
        Base = "roberta.",
        Head = "lm_head.dense",
        HeadNorm = "lm_head.layer_norm",
        Decoder = "lm_head.decoder",
        Bias = "lm_head.bias",
    };

    /// <summary>DistilBertForMaskedLM.</summary>
    internal static TransformerNames DistilBert { get; } = new()
    {
        Base = "distilbert.",
        Layers = "transformer.layer.",
        Query = "attention.q_lin",
        Key = "attention.k_lin",
        Value = "attention.v_lin",
        Output = "attention.out_lin",
        AttentionNorm = "sa_layer_norm",
        Inner = "ffn.lin1",
        Outer = "ffn.lin2",
        OuterNorm = "output_layer_norm",
        Head = "vocab_transform",
        HeadNorm = "vocab_layer_norm",
        Decoder = "vocab_projector",
        Bias = "vocab_projector.bias",
    };

    /// <summary>Before the names of the encoder's tensors; the head's have none.</summary>
    internal required string Base { get; init; }

    /// <summary>Before a layer's number.</summary>
    internal required string Layers { get; init; }

    internal required string Query { get; init; }

    internal required string Key { get; init; }

    internal required string Value { get; init; }

    /// <summary>After the heads of attention are put together.</summary>
    internal required string Output { get; init; }

    internal required string AttentionNorm { get; init; }

    /// <summary>From a layer's width to its inner one.</summary>
    internal required string Inner { get; init; }

    /// <summary>And back.</summary>
    internal required string Outer { get; init; }

    internal required string OuterNorm { get; init; }

    /// <summary>The masked language model's own layer, before its decoder.</summary>
    internal required string Head { get; init; }

    internal required string HeadNorm { get; init; }

    /// <summary>From hidden states to logits; its weight is the word embedding's where it is tied.</summary>
    internal required string Decoder { get; init; }

    /// <summary>The decoder's bias, which some files have under the decoder's name instead.</summary>
    internal required string Bias { get; init; }
}
