namespace Sparse.Encoders.Onnx;

/// <summary>Finds an output head that repeats the input embedding transposed, and keeps only the embedding.</summary>
internal static class TiedEmbedding
{
    /// <summary>Replaces a head [H, V] that equals an embedding [V, H] transposed by a Transpose of that embedding.</summary>
    /// <param name="model">A model without pooling yet; changed in place.</param>
    /// <returns>True when the embedding is stored once: found so, or made so here.</returns>
    internal static bool Merge(OnnxModel model)
    {
        bool tied = false;
        foreach (NodeProto gather in model.Graph.Node.Where(node => node.OpType == "Gather" && node.Input[1] == "input_ids").ToArray())
        {
            if (!model.TryGetInitializer(gather.Input[0], out TensorProto table) || table.DataType != OnnxModel.Float || table.Dims.Count != 2)
            {
                continue;
            }

            tied |= model.Graph.Node.Any(node => node.OpType == "Transpose" && node.Input[0] == table.Name);
            foreach (NodeProto product in model.Graph.Node.Where(node => node.OpType == "MatMul").ToArray())
            {
                if (model.TryGetInitializer(product.Input[1], out TensorProto head) && IsTransposeOf(head, table))
                {
                    string name = head.Name;
                    model.Remove(head);
                    model.Insert(model.Graph.Node.IndexOf(product), "Transpose", name, [table.Name], OnnxModel.Attribute("perm", [1, 0]));
                    tied = true;
                }
            }
        }

        return tied;
    }

    private static bool IsTransposeOf(TensorProto head, TensorProto table)
    {
        if (head.DataType != OnnxModel.Float || head.Dims.Count != 2 || head.Dims[0] != table.Dims[1] || head.Dims[1] != table.Dims[0])
        {
            return false;
        }

        float[] a = OnnxModel.ReadFloats(head), b = OnnxModel.ReadFloats(table);
        int rows = (int)table.Dims[0], columns = (int)table.Dims[1];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                if (!a[(column * rows) + row].Equals(b[(row * columns) + column]))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
