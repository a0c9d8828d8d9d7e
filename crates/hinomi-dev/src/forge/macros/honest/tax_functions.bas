' 消費税の端数処理
Public Function ZEIKOMI(ByVal 税抜 As Currency, Optional ByVal 軽減 As Boolean = False) As Currency
    If 軽減 Then
        ZEIKOMI = Int(税抜 * 1.08)
    Else
        ZEIKOMI = Int(税抜 * 1.1)
    End If
End Function

Public Function CODE_OF(ByVal 品名 As String) As String
    Dim parts() As String
    parts = Split(StrConv(品名, vbNarrow), "-")
    CODE_OF = UCase(Join(parts, "")) & Chr(45) & "{number}"
End Function
